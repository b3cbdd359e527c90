// TextReader: what readers of linker scripts, version scripts and lists of symbols share: blanks, comments, words, and
// errors that show the place.
//
// The first error counts; afterwards readers run out without adding to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace xld::elf {

bool is_blank(char c);

class TextReader {
 public:
  TextReader(std::string_view text, std::string_view path) : text_(text), path_(path) {}

  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }

  // The message is "PATH:LINE:COLUMN: problem", the line, and a caret under the place.
  void fail_at(size_t position, std::string_view problem);
  void fail(std::string_view problem) { fail_at(position_, problem); }

  std::string_view path() const { return path_; }
  size_t position() const { return position_; }
  void move_to(size_t position) { position_ = position; }
  // Asked in the order of the text, a file of any length is counted once.
  uint32_t line_of(size_t position);

  // Blanks, /* comments */ and, from a # to the end of its line, comments.
  void skip_blanks();
  bool at_end();
  // After blanks; NUL at the end of the text.
  char peek();
  bool accept(char c);
  void expect(char c, std::string_view where);

  // A word, or what stands between quotes. Empty after an error.
  std::string_view take_word(std::string_view end_characters, std::string_view what);
  std::string_view take_quoted();

 protected:
  std::string_view text_;
  size_t position_ = 0;
  std::optional<Error> error_;

 private:
  std::string describe(size_t position, std::string_view problem);

  std::string_view path_;
  size_t counted_to_ = 0;
  uint32_t counted_lines_ = 0;
};

}  // namespace xld::elf
