// What xld and the plugin host (ld/plugin/host) say to each other: one request, one answer, over a socket.
//
// A message is its length in four bytes and then fields, in the order in which the structures below list them. Numbers
// are in the byte order of the machine; both ends are always of one build. The host runs foreign code, so its answers
// are read like any other input: with bounds checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace xld::plugin {

// Load:    plugins (path, options…), output type, output name, wrapped names.
// Claim:   path, offset, size, whether the file takes part for sure  -> claimed or not, symbols.
// Compile: per claimed file its number, whether it takes part, a resolution a symbol  -> files, libraries, search path.
// CleanUp: nothing. So does the end of the connection.
enum class Request : uint8_t { Load, Claim, Compile, CleanUp };

// Begins every answer. Behind it stand messages (level, text); if Done, the answer proper follows.
enum class Outcome : uint8_t { Done, Failed };

class WireWriter {
 public:
  template <class T>
  void number(T value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    text_.append(bytes, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()));
    text_.append(value);
  }
  void texts(const std::vector<std::string>& values) {
    number(static_cast<uint32_t>(values.size()));
    for (const std::string& value : values) text(value);
  }
  void append(const WireWriter& fields) { text_ += fields.text_; }
  const std::string& bytes() const { return text_; }

 private:
  std::string text_;
};

// Reads the fields of one message. After a read past the end, everything is 0 or empty, and failed() says so.
class WireReader {
 public:
  explicit WireReader(std::string message) : message_(std::move(message)) {}

  template <class T>
  T number() {
    const auto value = read<T>(rest(), 0);
    skip(value ? sizeof(T) : SIZE_MAX);
    return value.value_or(T());
  }
  std::string text() {
    const auto size = number<uint32_t>();
    const auto bytes = slice(rest(), 0, size);
    skip(bytes ? size : SIZE_MAX);
    return bytes ? std::string(as_text(*bytes)) : std::string();
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (uint32_t count = number<uint32_t>(); count != 0 && !failed_; count--) values.push_back(text());
    return values;
  }
  bool failed() const { return failed_; }

 private:
  Bytes rest() const { return as_bytes(message_).subspan(position_); }
  void skip(size_t size) {
    failed_ |= size == SIZE_MAX;
    position_ = failed_ ? message_.size() : position_ + size;
  }

  std::string message_;
  size_t position_ = 0;
  bool failed_ = false;
};

// Nothing: the other side has gone.
bool send_message(int socket, const std::string& message);
std::optional<std::string> receive_message(int socket);

}  // namespace xld::plugin
