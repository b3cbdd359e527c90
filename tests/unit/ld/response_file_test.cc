// Response files: ld/response_file.h.
#include "ld/response_file.h"

#include <gtest/gtest.h>
#include <map>

namespace xld {
namespace {

using Words = std::vector<std::string>;

CommandLineFiles files_of(std::map<std::string, std::string> files) {
  return {.read = [files](const std::string& path) -> std::optional<std::string> {
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional(found->second);
          },
          .is_directory = [](const std::string&) { return false; }};
}

TEST(SplitWords, SeparatesAtWhitespace) {
  EXPECT_EQ(split_words(" a\tb\r\nc\v\fd "), (Words{"a", "b", "c", "d"}));
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_EQ(split_words(" \n"), Words{});
}

TEST(SplitWords, QuotesJoin) {
  EXPECT_EQ(split_words("'a b' \"c d\" e'f g'h"), (Words{"a b", "c d", "ef gh"}));
  EXPECT_EQ(split_words("'a \"b' \"it's\""), (Words{"a \"b", "it's"}));
  EXPECT_EQ(split_words("'' x \"\""), (Words{"", "x", ""}));
}

TEST(SplitWords, BackslashTakesTheNextCharacter) {
  EXPECT_EQ(split_words(R"(a\ b \'c \\ "d\"e" 'f\'g')"), (Words{"a b", "'c", "\\", "d\"e", "f'g"}));
  EXPECT_EQ(split_words("a\\"), Words{"a\\"});
}

TEST(SplitWords, AnOpenQuoteEndsWithTheFile) {
  EXPECT_EQ(split_words("a 'b c"), (Words{"a", "b c"}));
}

TEST(ResponseFile, StandsForItsWords) {
  Diagnostics diagnostics;
  const auto files = files_of({{"x", "-o out\n@y"}, {"y", "b.o"}});
  EXPECT_EQ(expand_response_files(Words{"a.o", "@x", "c.o"}, files, diagnostics),
            (Words{"a.o", "-o", "out", "b.o", "c.o"}));
  EXPECT_FALSE(diagnostics.failed());
}

TEST(ResponseFile, AMissingOneIsAWord) {
  Diagnostics diagnostics;
  EXPECT_EQ(expand_response_files(Words{"@none", "@"}, files_of({}), diagnostics), (Words{"@none", "@"}));
  EXPECT_FALSE(diagnostics.failed());
}

TEST(ResponseFile, MayNotNameItself) {
  Diagnostics diagnostics;
  const Words words = expand_response_files(Words{"@x"}, files_of({{"x", "a @x @x"}}), diagnostics);
  EXPECT_TRUE(diagnostics.failed());
  EXPECT_LT(words.size(), 100u);
  EXPECT_EQ(diagnostics.sorted().size(), 1u);
}

}  // namespace
}  // namespace xld
