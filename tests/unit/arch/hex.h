// Machine code in tests as text: "48 8b 05 00 00 00 00".
#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace xld::test {

inline std::vector<uint8_t> from_hex(std::string_view text) {
  std::vector<uint8_t> bytes;
  for (size_t at = 0; at + 1 < text.size(); at += 3) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(std::string(text.substr(at, 2)), nullptr, 16)));
  }
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  std::string text;
  for (uint8_t byte : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
  return text;
}

}  // namespace xld::test
