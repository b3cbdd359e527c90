// Files that list names, one a line: of symbols to export, of functions in the order that is wanted.
//
// What follows '#' is a comment; blanks around a name are none of it, and a line without a name is passed over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace xld {

constexpr std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// Calls visit(name, number of the line).
template <class Visit>
void for_each_listed_name(std::string_view text, Visit visit) {
  for (uint32_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view name = trim_blanks(line.substr(0, line.find('#')));
    if (!name.empty()) visit(name, number);
  }
}

}  // namespace xld
