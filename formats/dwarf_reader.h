// DwarfReader: a position in a section of debug information. DWARF 5 §7.6 (LEB128), §7.4 (lengths and offsets).
//
// A reader turns failed once it is asked for bytes beyond its end and gives zeros from then on, so that loops end and
// checks can wait.
#pragma once

#include <string_view>

#include "core/bytes.h"

namespace xld {

class DwarfReader {
 public:
  explicit DwarfReader(Bytes bytes, uint64_t position = 0) : bytes_(bytes), position_(position) {}

  bool failed() const { return failed_; }
  bool at_end() const { return failed_ || position_ >= bytes_.size(); }
  uint64_t position() const { return position_; }

  template <class T>
  T take() {
    const auto value = read<T>(bytes_, position_);
    if (!value) return fail(), T{};
    position_ += sizeof(T);
    return *value;
  }

  uint64_t take_unsigned(uint64_t size) {
    switch (size) {
      case 1:
        return take<uint8_t>();
      case 2:
        return take<uint16_t>();
      case 4:
        return take<uint32_t>();
      case 8:
        return take<uint64_t>();
      default:
        return skip(size), 0;
    }
  }

  uint64_t take_uleb() {
    uint64_t value = 0;
    for (uint32_t shift = 0; !failed_; shift += 7) {
      const auto byte = take<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  int64_t take_sleb() {
    uint64_t value = 0;
    for (uint32_t shift = 0; !failed_;) {
      const auto byte = take<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      if ((byte & 0x40) && shift < 64) value |= ~uint64_t{0} << shift;
      break;
    }
    return static_cast<int64_t>(value);
  }

  std::string_view take_string() {
    const auto text = c_string_at(bytes_, position_);
    if (!text) return fail(), std::string_view();
    position_ += text->size() + 1;
    return *text;
  }

  void skip(uint64_t size) {
    if (!contains(bytes_, position_, size)) return fail();
    position_ += size;
  }

  // A reader of the next `size` bytes that keeps counting from the start of the section.
  DwarfReader take_part(uint64_t size) {
    const uint64_t begin = position_;
    skip(size);
    if (failed_) return DwarfReader({});
    return DwarfReader(bytes_.first(begin + size), begin);
  }

 private:
  void fail() { failed_ = true; }

  Bytes bytes_;
  uint64_t position_;
  bool failed_ = false;
};

}  // namespace xld
