// Commas, indentation and escapes. See json.h.
#include "ld/reports/json.h"

#include <fmt/core.h>

namespace xld {

namespace {

constexpr size_t kFlatDepth = 3;  // deeper arrays and objects stay on one line

// The length of the valid UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629, section 4).
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto is_tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return is_tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool is_overlong = first == 0xe0 && second < 0xa0;
    const bool is_surrogate = first == 0xed && second > 0x9f;
    return is_tail(1) && is_tail(2) && !is_overlong && !is_surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool is_out_of_range = (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return is_tail(1) && is_tail(2) && is_tail(3) && !is_out_of_range ? 4 : 0;
  }
  return 0;
}

}  // namespace

void JsonWriter::separate() {
  if (follows_key_) {
    follows_key_ = false;
    return;
  }
  if (!is_first_) text_ += ',';
  is_first_ = false;
  if (depth_ == 0) return;
  if (depth_ <= kFlatDepth) {
    text_ += '\n';
    text_.append(depth_, ' ');
  } else if (text_.back() == ',') {
    text_ += ' ';
  }
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  depth_++;
  is_first_ = true;
}

void JsonWriter::close(char bracket) {
  depth_--;
  if (!is_first_ && depth_ < kFlatDepth) {
    text_ += '\n';
    text_.append(depth_, ' ');
  }
  text_ += bracket;
  is_first_ = false;
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_string(name);
  text_ += ": ";
  follows_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  append_string(text);
}

void JsonWriter::address(uint64_t number) {
  raw(fmt::format("\"{:#x}\"", number));
}

void JsonWriter::raw(std::string_view text) {
  separate();
  text_ += text;
}

void JsonWriter::append_string(std::string_view text) {
  text_ += '"';
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    const char c = text[0];
    if (length == 0) {
      text_ += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text_ += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  text_ += '"';
}

std::string JsonWriter::take() {
  text_ += '\n';
  return std::move(text_);
}

}  // namespace xld
