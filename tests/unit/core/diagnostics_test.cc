#include "core/diagnostics.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

std::string texts(const Diagnostics& diagnostics) {
  std::string result;
  for (const Message& message : diagnostics.sorted()) result += message.text + "\n";
  return result;
}

TEST(Diagnostics, KeepsTheFirstErrorsWhateverTheirOrder) {
  for (const bool is_reversed : {false, true}) {
    Diagnostics diagnostics(3);
    for (uint32_t i = 0; i < 10; i++) {
      const uint32_t at = is_reversed ? 9 - i : i;
      diagnostics.error(std::to_string(at), FileId{1u}, at);
    }
    EXPECT_EQ(texts(diagnostics), "0\n1\n2\ntoo many errors: 7 more not shown (use --error-limit=0 to see all)\n");
  }
}

TEST(Diagnostics, CountsWhatItDoesNotTake) {
  Diagnostics diagnostics(2);
  EXPECT_TRUE(diagnostics.takes_error(FileId{1u}, 5));
  diagnostics.error("a", FileId{1u}, 5);
  diagnostics.error("b", FileId{1u}, 6);
  EXPECT_TRUE(diagnostics.takes_error(FileId{1u}, 4));
  EXPECT_TRUE(diagnostics.takes_error(FileId(), 100)) << "messages about no file come first";
  EXPECT_FALSE(diagnostics.takes_error(FileId{2u}, 0));
  EXPECT_EQ(texts(diagnostics), "a\nb\ntoo many errors: 1 more not shown (use --error-limit=0 to see all)\n");
}

TEST(Diagnostics, TakesTheMessagesOfAnother) {
  Diagnostics first(2);
  for (uint32_t i = 0; i < 5; i++) first.error(std::to_string(i), FileId{1u}, i);
  first.warn("w");
  Diagnostics all;
  all.take(first);
  EXPECT_TRUE(all.failed());
  EXPECT_FALSE(first.failed());
  EXPECT_EQ(texts(all), "w\n0\n1\ntoo many errors: 3 more not shown (use --error-limit=0 to see all)\n");
}

TEST(Diagnostics, HasNoLimitOnRequestAndNeverDropsWarnings) {
  Diagnostics diagnostics(0);
  for (int i = 0; i < 100; i++) diagnostics.error("e");
  for (int i = 0; i < 100; i++) diagnostics.warn("w");
  EXPECT_EQ(diagnostics.sorted().size(), 200u);
  EXPECT_TRUE(diagnostics.takes_error(FileId{9u}, 9));
}

TEST(Diagnostics, ObeysTheSettingsForWarnings) {
  Diagnostics silent;
  silent.set_warnings_suppressed(true);
  silent.warn("w");
  EXPECT_TRUE(silent.sorted().empty());
  Diagnostics strict;
  strict.set_warnings_are_errors(true);
  strict.warn("w");
  EXPECT_TRUE(strict.failed());
}

}  // namespace
}  // namespace xld
