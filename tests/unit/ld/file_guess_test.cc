#include "ld/file_guess.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

using namespace std::string_view_literals;

std::string guess(std::string_view text) {
  return guess_file_type(as_bytes(text));
}

TEST(FileGuess, RecognisesWhatIsGivenByMistake) {
  EXPECT_NE(guess("MZ\x90"sv).find("Windows"), std::string::npos);
  EXPECT_NE(guess("\xcf\xfa\xed\xfe\x07"sv).find("Mach-O"), std::string::npos);
  EXPECT_NE(guess("\0asm\1"sv).find("WebAssembly"), std::string::npos);
  EXPECT_NE(guess("\x1f\x8b\x08"sv).find("unpack"), std::string::npos);
  EXPECT_NE(guess("\1\2\3"sv).find("not recognised"), std::string::npos);
}

TEST(FileGuess, NamesEmptyAndCutOffFiles) {
  EXPECT_NE(guess("").find("is empty"), std::string::npos);
  EXPECT_NE(guess("\x7f"
                  "ELF"sv)
                .find("cut off inside its header, after 4 bytes"),
            std::string::npos);
}

TEST(FileGuess, LooksIntoElfHeaders) {
  std::string header(
      "\x7f"
      "ELF\2\2\1"sv);
  header.resize(64);
  EXPECT_NE(guess(header).find("big-endian"), std::string::npos);
  header[5] = 1;
  header[16] = 4;
  EXPECT_NE(guess(header).find("core dump"), std::string::npos);
}

}  // namespace
}  // namespace xld
