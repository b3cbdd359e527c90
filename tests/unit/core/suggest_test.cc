// Edit distance and the choice of a suggestion: core/suggest.h.
#include "core/suggest.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace xld {
namespace {

// The textbook form, whole table: the reference for the banded one.
size_t plain_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); i++) {
    for (size_t j = 0; j <= b.size(); j++) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

size_t distance(std::string_view a, std::string_view b, size_t limit = 3) {
  std::vector<uint32_t> rows;
  return bounded_edit_distance(a, b, limit, rows);
}

std::optional<std::string_view> suggest(std::string_view wanted, std::vector<std::string_view> candidates) {
  Suggestion suggestion(wanted);
  for (const std::string_view candidate : candidates) suggestion.consider(candidate);
  return suggestion.best();
}

TEST(EditDistance, CountsEachKindOfEdit) {
  EXPECT_EQ(distance("", ""), 0u);
  EXPECT_EQ(distance("same", "same"), 0u);
  EXPECT_EQ(distance("", "ab"), 2u);
  EXPECT_EQ(distance("gc-section", "gc-sections"), 1u);
  EXPECT_EQ(distance("gc-sections", "gcsections"), 1u);
  EXPECT_EQ(distance("static", "stotic"), 1u);
  EXPECT_EQ(distance("static", "satitc"), 2u);
  EXPECT_EQ(distance("ab", "ba"), 1u);
}

TEST(EditDistance, StopsAboveTheLimit) {
  EXPECT_EQ(distance("abcdef", "uvwxyz", 2), 3u);
  EXPECT_EQ(distance("a", "abcdefgh", 2), 3u);
  EXPECT_EQ(distance("abcd", "abce", 0), 1u);
}

TEST(EditDistance, AgreesWithTheWholeTable) {
  std::mt19937 random(7);
  const auto word = [&] {
    std::string text(random() % 9, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int i = 0; i < 20000; i++) {
    const std::string a = word();
    const std::string b = word();
    for (size_t limit = 0; limit <= 4; limit++) {
      ASSERT_EQ(distance(a, b, limit), std::min(plain_distance(a, b), limit + 1)) << a << ' ' << b << ' ' << limit;
    }
  }
}

TEST(Suggestion, PrefersTheNearest) {
  EXPECT_EQ(suggest("gc-section", {"no-gc-sections", "gc-sections", "sections"}), "gc-sections");
  EXPECT_EQ(suggest("pritnf", {"print", "printf", "sprintf"}), "printf");
}

TEST(Suggestion, DoesNotDependOnTheOrderOfCandidates) {
  EXPECT_EQ(suggest("cart", {"card", "care"}), "card");
  EXPECT_EQ(suggest("cart", {"care", "card"}), "card");
}

TEST(Suggestion, SaysNothingRatherThanGuess) {
  EXPECT_EQ(suggest("ab", {"ac", "b"}), std::nullopt);
  EXPECT_EQ(suggest("memcpy", {"strlen", "memmove_fast"}), std::nullopt);
  EXPECT_EQ(suggest("exact", {"exact"}), std::nullopt);
  EXPECT_EQ(suggest("", {"", "a"}), std::nullopt);
}

}  // namespace
}  // namespace xld
