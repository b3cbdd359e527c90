// Reading the variable-length numbers and strings of dyld's tables, with the table's name in every complaint.
#pragma once

#include <string_view>

#include "core/bytes.h"
#include "tests/macho_run/report.h"

namespace macho_run {

class Cursor {
 public:
  Cursor(const char* path, const char* table, xld::Bytes bytes, size_t at)
      : path_(path), table_(table), bytes_(bytes), at_(at) {
    if (at > bytes.size()) fail("%s: %s: offset %#zx is outside", path_, table_, at);
  }

  bool at_end() const { return at_ == bytes_.size(); }
  size_t offset() const { return at_; }

  uint8_t byte() {
    if (at_end()) fail("%s: %s ends too early", path_, table_);
    return bytes_[at_++];
  }

  uint64_t uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint8_t next = byte();
      if (shift > 63 || (shift == 63 && (next & 0x7e)))
        fail("%s: %s: a number at %#zx is too long", path_, table_, at_);
      value |= uint64_t{next & 0x7fu} << shift;
      if (!(next & 0x80)) return value;
    }
  }

  int64_t sleb() {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint8_t next = byte();
      if (shift > 63) fail("%s: %s: a number at %#zx is too long", path_, table_, at_);
      value |= uint64_t{next & 0x7fu} << shift;
      if (next & 0x80) continue;
      if ((next & 0x40) && shift + 7 < 64) value |= ~uint64_t{0} << (shift + 7);
      return static_cast<int64_t>(value);
    }
  }

  std::string_view string() {
    const auto text = xld::c_string_at(bytes_, at_);
    if (!text) fail("%s: %s: a name at %#zx has no end", path_, table_, at_);
    at_ += text->size() + 1;
    return *text;
  }

  xld::Bytes bytes(uint64_t size) {
    const auto part = xld::slice(bytes_, at_, size);
    if (!part)
      fail("%s: %s: %#llx bytes at %#zx are too many", path_, table_, static_cast<unsigned long long>(size), at_);
    at_ += size;
    return *part;
  }

  template <class T>
  T read() {
    return xld::load<T>(bytes(sizeof(T)).data());
  }

 private:
  const char* path_;
  const char* table_;
  xld::Bytes bytes_;
  size_t at_;
};

}  // namespace macho_run
