// Diagnostics: the final order, limits that bound memory, and the same text at any number of threads.
#include "core/diagnostics.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace xld {
namespace {

std::vector<std::string> texts_of(const Diagnostics& diagnostics) {
  std::vector<std::string> texts;
  for (const Message& message : diagnostics.sorted()) texts.push_back(message.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Diagnostics, SortsByFileOffsetAndText) {
  Diagnostics diagnostics;
  diagnostics.error("second file", FileId{2u});
  diagnostics.warn("later", FileId{1u}, 8);
  diagnostics.error("b", FileId{1u}, 4);
  diagnostics.note("a", FileId{1u}, 4);
  diagnostics.error("about no file");
  EXPECT_EQ(texts_of(diagnostics), (Texts{"about no file", "a", "b", "later", "second file"}));
}

TEST(Diagnostics, KeepsTheFirstInFinalOrderNotTheFirstToArrive) {
  Diagnostics diagnostics(2);
  for (uint32_t offset : {50u, 40u, 10u, 30u, 20u}) diagnostics.error(std::to_string(offset), FileId{1u}, offset);
  EXPECT_EQ(
      texts_of(diagnostics),
      (Texts{"10", "20", "too many errors emitted, stopping now (use --error-limit=0 to see all errors); 3 more"}));
}

TEST(Diagnostics, LimitZeroKeepsAll) {
  Diagnostics diagnostics(0);
  for (uint32_t i = 0; i < 5000; i++) diagnostics.error("error", FileId{1u}, i);
  EXPECT_EQ(diagnostics.sorted().size(), 5000u);
}

TEST(Diagnostics, ErrorsDoNotCrowdOutWarnings) {
  Diagnostics diagnostics(1);
  diagnostics.error("first");
  diagnostics.error("second");
  diagnostics.warn("warning");
  EXPECT_EQ(texts_of(diagnostics),
            (Texts{"first", "warning",
                   "too many errors emitted, stopping now (use --error-limit=0 to see all errors); 1 more"}));
}

TEST(Diagnostics, CountsWarningsBeyondTheirLimit) {
  Diagnostics diagnostics;
  for (uint32_t i = 0; i < Diagnostics::kOtherLimit + 7; i++) diagnostics.warn("warning", FileId{1u}, i);
  const auto messages = diagnostics.sorted();
  ASSERT_EQ(messages.size(), Diagnostics::kOtherLimit + 1);
  EXPECT_EQ(messages[Diagnostics::kOtherLimit - 1].offset, Diagnostics::kOtherLimit - 1);
  EXPECT_NE(messages.back().text.find("7 more"), std::string::npos);
  EXPECT_FALSE(diagnostics.failed());
}

TEST(Diagnostics, ALoweredLimitHoldsForEarlierMessages) {
  Diagnostics diagnostics;
  for (uint32_t i = 0; i < 5; i++) diagnostics.error(std::to_string(i), FileId{1u}, i);
  diagnostics.set_error_limit(1);
  EXPECT_EQ(texts_of(diagnostics),
            (Texts{"0", "too many errors emitted, stopping now (use --error-limit=0 to see all errors); 4 more"}));
}

TEST(Diagnostics, WarningsBecomeErrorsOrSilence) {
  Diagnostics fatal;
  fatal.set_warnings_are_errors(true);
  fatal.warn("warning");
  EXPECT_TRUE(fatal.failed());
  EXPECT_EQ(fatal.sorted().front().severity, Severity::Error);
  Diagnostics quiet;
  quiet.set_warnings_suppressed(true);
  quiet.warn("warning");
  EXPECT_TRUE(quiet.sorted().empty());
}

TEST(Diagnostics, TakesTheMessagesOfAnother) {
  Diagnostics all, part(2);
  all.warn("earlier");
  for (uint32_t i = 0; i < 5; i++) part.error(std::to_string(i), FileId{1u}, i);
  all.take(part);
  EXPECT_TRUE(all.failed());
  EXPECT_EQ(texts_of(all),
            (Texts{"earlier", "0", "1",
                   "too many errors emitted, stopping now (use --error-limit=0 to see all errors); 3 more"}));
  EXPECT_FALSE(part.failed());
  EXPECT_TRUE(part.sorted().empty());
}

Texts texts_at(size_t thread_count) {
  constexpr uint32_t kMessages = 20000;
  Diagnostics diagnostics;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < thread_count; t++) {
    threads.emplace_back([&diagnostics, t, thread_count] {
      for (auto i = static_cast<uint32_t>(kMessages - 1 - t); i < kMessages; i -= static_cast<uint32_t>(thread_count))
        diagnostics.error("error " + std::to_string(i), FileId{i % 7}, i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return texts_of(diagnostics);
}

TEST(Diagnostics, SameTextAtAnyThreadCount) {
  const Texts expected = texts_at(1);
  EXPECT_EQ(expected.size(), 21u);
  EXPECT_EQ(expected.front(), "error 0");
  EXPECT_EQ(texts_at(2), expected);
  EXPECT_EQ(texts_at(8), expected);
}

}  // namespace
}  // namespace xld
