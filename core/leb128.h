// Numbers of variable length (DWARF 5 §7.6), as the tables of Mach-O's __LINKEDIT and Android's packed relocations have
// them. DwarfReader (formats/dwarf_reader.h) reads them among other fields.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"

namespace xld {

inline void append_uleb(std::vector<uint8_t>& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

inline void append_sleb(std::vector<uint8_t>& out, int64_t value) {
  for (; value < -64 || value > 63; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value & 0x7f));
}

constexpr uint32_t uleb_size(uint64_t value) {
  uint32_t size = 1;
  for (; value >= 0x80; value >>= 7) size++;
  return size;
}

// Reads one and moves `position` behind it; nothing if it has no end or more than 64 bits.
inline std::optional<uint64_t> read_uleb(Bytes bytes, uint64_t& position) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64 && position < bytes.size(); shift += 7) {
    const uint8_t byte = bytes[position++];
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace xld
