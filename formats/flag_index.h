// The sorted index of a dialect's option names, computed by the compiler from the groups of rows.
//
// Use:  constexpr auto kNames = make_option_index<kGroups>();  static_assert(has_unique_names(kNames));
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "formats/flags.h"

namespace xld {

// Calls `visit` with every spelling of `row`.
template <class Visitor>
constexpr void for_each_spelling(const OptionRow& row, Visitor visit) {
  std::string_view rest = row.spellings;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    visit(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

constexpr OptionName make_option_name(std::string_view spelling, const OptionRow& row, Effect effect) {
  OptionName result{.name = spelling, .negation = {}, .spelling = spelling, .row = &row, .effect = effect};
  result.name.remove_prefix(std::min(spelling.find_first_not_of('-'), spelling.size()));
  if (!result.name.starts_with('[')) return result;
  const size_t end = result.name.find(']');
  result.negation = result.name.substr(1, end - 1);
  result.name.remove_prefix(end + 1);
  return result;
}

template <const auto& Groups>
consteval auto make_option_index() {
  constexpr size_t count = [] {
    size_t n = 0;
    for (const OptionGroup& group : Groups) {
      for (const OptionRow& row : group.rows) for_each_spelling(row, [&](std::string_view) { n++; });
    }
    return n;
  }();
  std::array<OptionName, count> names;
  size_t i = 0;
  for (const OptionGroup& group : Groups) {
    for (const OptionRow& row : group.rows) {
      for_each_spelling(row, [&](std::string_view s) { names[i++] = make_option_name(s, row, group.effect); });
    }
  }
  std::ranges::sort(names, {}, &OptionName::name);
  return names;
}

constexpr bool has_unique_names(std::span<const OptionName> names) {
  return std::ranges::adjacent_find(names, {}, &OptionName::name) == names.end();
}

}  // namespace xld
