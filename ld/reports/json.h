// JsonWriter: JSON text, written front to back (RFC 8259).
//
// Names in object files are bytes; JSON is UTF-8. A byte that is not part of valid UTF-8 becomes U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xld {

class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);
  void value(std::string_view text);
  void value(uint64_t number) { raw(std::to_string(number)); }
  // An address, as "0x401000": numbers of JavaScript hold 53 bits.
  void address(uint64_t number);
  // A finished value.
  void raw(std::string_view text);

  void member(std::string_view name, std::string_view text) { key(name), value(text); }
  void member(std::string_view name, uint64_t number) { key(name), value(number); }
  void address_member(std::string_view name, uint64_t number) { key(name), address(number); }
  void raw_member(std::string_view name, std::string_view text) { key(name), raw(text); }

  // The text, with a newline at its end.
  std::string take();

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);
  void append_string(std::string_view text);

  std::string text_;
  size_t depth_ = 0;
  bool is_first_ = true;  // in its array or object
  bool follows_key_ = false;
};

}  // namespace xld
