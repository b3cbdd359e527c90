// Demangling: the choice of language, C++, and Rust's legacy form, which is a C++ name with escapes. See demangle.h.
#include "core/demangle.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace xld {

namespace {

constexpr size_t kMaxNameSize = 1 << 14;
constexpr size_t kMaxExpansion = 1 << 26;
constexpr size_t kRustHashSize = 17;  // h and 16 hexadecimal digits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

// References to earlier parts (S_, S0_, T_ ...) can be nested, two at a level, so a text may double with each pair.
bool may_explode(std::string_view name) {
  size_t references = 0;
  for (size_t i = 0; i + 1 < name.size(); i++) {
    if (name[i] != 'S' && name[i] != 'T') continue;
    const char next = name[i + 1];
    references += next == '_' || is_digit(next) || (next >= 'A' && next <= 'Z');
  }
  return references / 2 >= 26 || (name.size() << (references / 2)) > kMaxExpansion;
}

std::optional<std::string> demangle_cxx(std::string_view name) {
  if (name.size() > kMaxNameSize || may_explode(name)) return std::nullopt;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(std::string(name).c_str(), nullptr, nullptr, &status), &std::free);
  if (!text) return std::nullopt;
  return std::string(text.get());
}

struct Escape {
  std::string_view code;
  std::string_view text;
};
constexpr Escape kEscapes[] = {
    {"$SP$", "@"}, {"$BP$", "*"}, {"$RF$", "&"}, {"$LT$", "<"},
    {"$GT$", ">"}, {"$LP$", "("}, {"$RP$", ")"}, {"$C$", ","},
};

// `$u7e$`: a character by its number; those beyond ASCII are left alone.
size_t unescape_number(std::string_view text, std::string& output) {
  const size_t end = text.find('$', 2);
  if (!text.starts_with("$u") || end == text.npos || end == 2 || end > 4) return 0;
  const auto digits = text.substr(2, end - 2);
  if (!std::all_of(digits.begin(), digits.end(), is_hex)) return 0;
  const long value = std::strtol(std::string(digits).c_str(), nullptr, 16);
  if (value < ' ' || value > '~') return 0;
  output += static_cast<char>(value);
  return end + 1;
}

size_t unescape(std::string_view text, std::string& output) {
  if (text.starts_with("..")) return output += "::", 2;
  for (const auto& escape : kEscapes) {
    if (text.starts_with(escape.code)) return output += escape.text, escape.code.size();
  }
  return text[0] == '$' ? unescape_number(text, output) : 0;
}

void append_unescaped(std::string_view part, std::string& output) {
  if (part.starts_with("_$")) part.remove_prefix(1);
  while (!part.empty()) {
    size_t taken = unescape(part, output);
    if (taken == 0) output += part[taken++];
    part.remove_prefix(taken);
  }
}

bool is_rust_hash(std::string_view part) {
  return part.size() == kRustHashSize && part[0] == 'h' && std::all_of(part.begin() + 1, part.end(), is_hex);
}

// One `LENGTH name`; nothing if there is none.
std::optional<std::string_view> take_part(std::string_view& text) {
  size_t digits = 0;
  size_t size = 0;
  while (digits < text.size() && digits < 6 && is_digit(text[digits])) {
    size = size * 10 + static_cast<size_t>(text[digits++] - '0');
  }
  if (digits == 0 || size == 0 || size > text.size() - digits) return std::nullopt;
  const auto part = text.substr(digits, size);
  text.remove_prefix(digits + size);
  return part;
}

}  // namespace

std::optional<std::string> demangle_rust_legacy(std::string_view name) {
  if (!name.starts_with("_ZN")) return std::nullopt;
  name.remove_prefix(3);
  std::string output;
  while (const auto part = take_part(name)) {
    if (is_rust_hash(*part) && !output.empty() && (name == "E" || name.starts_with("E."))) return output;
    if (!output.empty()) output += "::";
    append_unescaped(*part, output);
  }
  return std::nullopt;
}

std::string demangle(std::string_view name) {
  const auto mangled = name.starts_with("__Z") || name.starts_with("__R") ? name.substr(1) : name;
  std::optional<std::string> text;
  if (mangled.starts_with("_R")) text = demangle_rust(mangled);
  if (mangled.starts_with("_Z")) text = demangle_rust_legacy(mangled);
  if (mangled.starts_with("_Z") && !text) text = demangle_cxx(mangled);
  return text ? std::move(*text) : std::string(name);
}

}  // namespace xld
