// Headers and padding. See tar.h.
#include "ld/reports/tar.h"

#include <fmt/core.h>
#include <numeric>
#include <optional>

namespace xld {

namespace {

constexpr size_t kBlock = 512;
constexpr uint64_t kMaxOctalSize = (uint64_t{1} << 33) - 1;  // eleven digits

// Fields of the ustar header: offset and length.
struct HeaderField {
  size_t offset, length;
};
constexpr HeaderField kName{0, 100}, kMode{100, 8}, kUser{108, 8}, kGroup{116, 8}, kSize{124, 12}, kTime{136, 12},
    kChecksum{148, 8}, kType{156, 1}, kMagic{257, 8}, kPrefix{345, 155};

void put(std::string& header, HeaderField field, std::string_view text) {
  header.replace(field.offset, text.size(), text);
}

void put_octal(std::string& header, HeaderField field, uint64_t number) {
  put(header, field, fmt::format("{:0{}o}", number, field.length - 1));
}

// Where the path is cut into prefix and name; nothing: it does not fit. 0: no prefix.
std::optional<size_t> find_cut(std::string_view path) {
  if (path.size() <= kName.length) return 0;
  const size_t slash = path.rfind('/', kPrefix.length);
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const size_t name = path.size() - slash - 1;
  return name != 0 && name <= kName.length ? std::optional(slash) : std::nullopt;
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
  return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace

Bytes TarWriter::keep(std::string text) {
  return as_bytes(texts_.emplace_back(std::move(text)));
}

void TarWriter::add_header(std::string_view path, uint64_t size, char type) {
  std::string header(kBlock, '\0');
  const size_t cut = find_cut(path).value_or(0);
  const std::string_view name = path.substr(cut == 0 ? 0 : cut + 1);
  put(header, kName, name.substr(0, kName.length));  // a pax record has the rest
  put(header, kPrefix, path.substr(0, cut));
  put_octal(header, kMode, 0644);
  put_octal(header, kUser, 0);
  put_octal(header, kGroup, 0);
  put_octal(header, kSize, size <= kMaxOctalSize ? size : 0);
  put_octal(header, kTime, 0);
  put(header, kType, std::string_view(&type, 1));
  put(header, kMagic,
      std::string_view("ustar\0"
                       "00",
                       kMagic.length));
  put(header, kChecksum, "        ");
  const uint32_t sum =
      std::accumulate(header.begin(), header.end(), 0u, [](uint32_t s, char c) { return s + static_cast<uint8_t>(c); });
  put(header, kChecksum, fmt::format("{:06o}", sum) + '\0');
  pieces_.push_back(keep(std::move(header)));
}

void TarWriter::add_contents(Bytes contents) {
  pieces_.push_back(contents);
  const size_t padding = align_up(contents.size(), kBlock) - contents.size();
  if (padding != 0) pieces_.push_back(keep(std::string(padding, '\0')));
}

void TarWriter::add(std::string_view path, Bytes contents) {
  std::string records;
  if (!find_cut(path)) records += pax_record("path", path);
  if (contents.size() > kMaxOctalSize) records += pax_record("size", std::to_string(contents.size()));
  if (!records.empty()) {
    const Bytes kept = keep(std::move(records));
    add_header("pax-header", kept.size(), 'x');
    add_contents(kept);
  }
  add_header(path, contents.size(), '0');
  add_contents(contents);
}

std::span<const Bytes> TarWriter::finish() {
  pieces_.push_back(keep(std::string(2 * kBlock, '\0')));
  return pieces_;
}

}  // namespace xld
