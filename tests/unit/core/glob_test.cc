// Globs, judged by fnmatch() where it says the same.
#include "core/glob.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

namespace xld {
namespace {

constexpr const char* kPatterns[] = {
    "",
    "*",
    "?",
    "a",
    "abc",
    "a*",
    "*c",
    "a*c",
    "*b*",
    "a?c",
    "**",
    "*?*",
    "a**c",
    "[abc]",
    "[a-c]*",
    "[!a]bc",
    "[^a]bc",
    "[]a]",
    "[!]a]*",
    "a[",
    "a[b",
    "\\*",
    "a\\?c",
    "[[:digit:]]*",
    "x[[:alpha:]_]y",
    "[\\]]",
    "*a*a*a*b",
    "[a-]",
    "std::*",
    "*::foo*",
    "[0-9]?[!x]",
    "-",
    "[-a]",
    "a-b",
    "*.*",
    "a.b",
    "?*?",
    "ab*ab",
};
constexpr const char* kNames[] = {
    "",
    "a",
    "b",
    "c",
    "abc",
    "abbc",
    "ac",
    "bc",
    "xbc",
    "]",
    "*",
    "a?c",
    "a[",
    "a[b",
    "[a-",
    "5x",
    "1",
    "x_y",
    "x5y",
    "xAy",
    "aaaaaaaaaaaaaaaaaaab",
    "aaaaaaaaaaaaaaaaaaa",
    "std::x",
    "n::foo()",
    "foo",
    "-",
    "a-b",
    "a.b",
    ".a",
    "\\",
    "ab",
    "abab",
    "abcab",
    "12y",
    "12x",
    "7",
};

TEST(Glob, AgreesWithFnmatch) {
  for (const char* pattern : kPatterns)
    for (const char* name : kNames)
      EXPECT_EQ(Glob(pattern).matches(name), ::fnmatch(pattern, name, 0) == 0) << pattern << " " << name;
}

// fnmatch() lets them match nothing.
TEST(Glob, UnfinishedPatternsMatchThemselves) {
  EXPECT_TRUE(Glob("[a-").matches("[a-"));
  EXPECT_TRUE(Glob("a\\").matches("a\\"));
}

TEST(Glob, KnowsWhatIsNotSpecial) {
  EXPECT_TRUE(Glob("plain").is_literal());
  EXPECT_EQ(Glob("a\\*b").literal(), "a*b");
  EXPECT_TRUE(Glob("a\\*b").is_literal());
  EXPECT_FALSE(Glob("a?").is_literal());
  EXPECT_TRUE(Glob("*").is_star());
  EXPECT_FALSE(Glob("?*").is_star());
  EXPECT_EQ(Glob("ab*cdef?g[x]").longest_literal(), "cdef");
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
  std::string pattern, name;
  for (int i = 0; i < 200; i++) pattern += "*a";
  for (int i = 0; i < 2000; i++) name += 'a';
  EXPECT_FALSE(Glob(pattern + "b").matches(name));
}

TEST(GlobSet, TheFirstPatternThatMatches) {
  std::vector<Glob> globs;
  for (const char* pattern : {"long_prefix*", "*_suffix", "a*", "*middle*", "long_*", "*"}) globs.emplace_back(pattern);
  const GlobSet set(std::move(globs));
  EXPECT_EQ(set.first_match("long_prefix_suffix"), 0u);
  EXPECT_EQ(set.first_match("long_suffix"), 1u);
  EXPECT_EQ(set.first_match("a_middle"), 2u);
  EXPECT_EQ(set.first_match("b_middle_"), 3u);
  EXPECT_EQ(set.first_match("long_"), 4u);
  EXPECT_EQ(set.first_match("mid"), 5u);
  EXPECT_EQ(GlobSet({}).first_match("x"), GlobSet::kNone);
}

// One by one is the definition of what the search does.
TEST(GlobSet, AgreesWithOneByOne) {
  std::vector<Glob> globs;
  uint32_t seed = 1;
  const auto random = [&](uint32_t below) { return (seed = seed * 1103515245 + 12345) / 65536 % below; };
  const auto word = [&](const char* letters, uint32_t count, uint32_t length) {
    std::string text;
    for (uint32_t i = 0; i < length; i++) text += letters[random(count)];
    return text;
  };
  for (int i = 0; i < 300; i++) globs.emplace_back(word("aabbcc*?", 8, 3 + random(9)));
  const std::vector<Glob> copy = globs;
  const GlobSet set(std::move(globs));
  for (int i = 0; i < 5000; i++) {
    const std::string name = word("abc", 3, random(14));
    uint32_t expected = GlobSet::kNone;
    for (uint32_t j = 0; j < copy.size() && expected == GlobSet::kNone; j++)
      if (copy[j].matches(name)) expected = j;
    ASSERT_EQ(set.first_match(name), expected) << name;
  }
}

}  // namespace
}  // namespace xld
