// See text_reader.h.
#include "formats/elf/text_reader.h"

#include <algorithm>
#include <fmt/core.h>

namespace xld::elf {

namespace {

constexpr std::string_view kBlanks = " \t\n\r\f\v";
constexpr size_t kShownColumns = 100;

}  // namespace

bool is_blank(char c) {
  return kBlanks.find(c) != kBlanks.npos;
}

void TextReader::fail_at(size_t position, std::string_view problem) {
  if (!error_) error_ = Error{describe(std::min(position, text_.size()), problem)};
}

uint32_t TextReader::line_of(size_t position) {
  if (position < counted_to_) counted_to_ = 0, counted_lines_ = 0;
  const auto uncounted = text_.substr(counted_to_, position - counted_to_);
  counted_lines_ += static_cast<uint32_t>(std::count(uncounted.begin(), uncounted.end(), '\n'));
  counted_to_ = position;
  return counted_lines_ + 1;
}

// The line is cut to a window around the place; what is not printable shows as a dot.
std::string TextReader::describe(size_t position, std::string_view problem) {
  const size_t newline = position == 0 ? text_.npos : text_.rfind('\n', position - 1);
  const size_t line_begin = newline == text_.npos ? 0 : newline + 1;
  const size_t line_end = std::min(text_.find('\n', position), text_.size());
  const size_t column = position - line_begin;
  const size_t shown_from = column > kShownColumns / 2 ? column - kShownColumns / 2 : 0;
  std::string line(text_.substr(line_begin, line_end - line_begin).substr(shown_from, kShownColumns));
  std::string caret;
  for (size_t i = 0; i < line.size(); i++) {
    const auto c = static_cast<uint8_t>(line[i]);
    if (c != '\t' && (c < ' ' || c == 0x7f)) line[i] = '.';
    if (i < column - shown_from) caret += c == '\t' ? '\t' : ' ';
  }
  return fmt::format("{}:{}:{}: {}\n  {}\n  {}^", path_, line_of(position), column + 1, problem, line, caret);
}

void TextReader::skip_blanks() {
  for (; position_ < text_.size(); position_++) {
    if (is_blank(text_[position_])) continue;
    const auto rest = text_.substr(position_);
    if (!rest.starts_with("/*") && !rest.starts_with('#')) return;
    const bool is_line = rest.starts_with('#');
    const size_t end = is_line ? rest.find('\n') : rest.find("*/", 2);
    if (end == rest.npos && !is_line) fail("unclosed comment");
    position_ = end == rest.npos ? text_.size() - 1 : position_ + end + (is_line ? 0 : 1);
  }
}

bool TextReader::at_end() {
  skip_blanks();
  return position_ >= text_.size();
}

char TextReader::peek() {
  return at_end() ? '\0' : text_[position_];
}

bool TextReader::accept(char c) {
  if (at_end() || text_[position_] != c) return false;
  position_++;
  return true;
}

void TextReader::expect(char c, std::string_view where) {
  if (!accept(c)) fail(fmt::format("expected '{}' {}", c, where));
}

std::string_view TextReader::take_word(std::string_view end_characters, std::string_view what) {
  if (at_end()) return fail(fmt::format("expected {}, found the end of the file", what)), std::string_view();
  if (text_[position_] == '"') return take_quoted();
  const size_t begin = position_;
  position_ = std::min(text_.find_first_of(end_characters, begin), text_.size());
  if (position_ == begin) fail(fmt::format("expected {}", what));
  return text_.substr(begin, position_ - begin);
}

std::string_view TextReader::take_quoted() {
  const size_t begin = position_ + 1;
  const size_t end = text_.find_first_of("\"\n", begin);
  if (end == text_.npos || text_[end] == '\n') return fail("this quote is not closed"), std::string_view();
  if (end == begin) return fail("expected a name between the quotes"), std::string_view();
  position_ = end + 1;
  return text_.substr(begin, end - begin);
}

}  // namespace xld::elf
