#include "formats/elf/properties.h"

#include <array>
#include <gtest/gtest.h>

namespace xld::elf {
namespace {

constexpr uint32_t kAnd = 0xc0000002, kOr = 0xc0008002, kOrAnd = 0xc0010002, kUnknown = 0xc0020000;

std::string joined(std::initializer_list<std::vector<Property>> objects, uint32_t forced = 0) {
  PropertyMerger merger;
  for (const auto& properties : objects) merger.add(properties);
  merger.force(kAnd, forced);
  std::string text;
  for (const Property& property : merger.take())
    text += std::to_string(property.type >> 15 & 7) + ":" + std::to_string(property.value) + " ";
  return text;
}

TEST(Properties, AndNeedsEveryObject) {
  EXPECT_EQ(joined({{{kAnd, 3}}, {{kAnd, 6}}}), "0:2 ");
  EXPECT_EQ(joined({{{kAnd, 3}}, {}}), "");
  EXPECT_EQ(joined({{{kAnd, 1}}, {{kAnd, 2}}}), "");
  EXPECT_EQ(joined({{{kAnd, 1}}, {}}, 2), "0:2 ");
}

TEST(Properties, OrTakesWhatItGets) {
  EXPECT_EQ(joined({{{kOr, 1}}, {}, {{kOr, 4}}}), "1:5 ");
  EXPECT_EQ(joined({{{kOr, 0}}}), "");
}

TEST(Properties, OrAndNeedsEveryObjectToSay) {
  EXPECT_EQ(joined({{{kOrAnd, 1}}, {{kOrAnd, 4}}}), "2:5 ");
  EXPECT_EQ(joined({{{kOrAnd, 1}}, {}}), "");
  EXPECT_EQ(joined({{{kOrAnd, 0}}, {{kOrAnd, 0}}}), "2:0 ");
}

// What x86 had before 2020: instruction sets used, and needed.
TEST(Properties, FirstNumbersOfX86) {
  const auto value = [](uint32_t type, std::initializer_list<std::vector<Property>> objects) {
    PropertyMerger merger;
    for (const auto& properties : objects) merger.add(properties);
    const auto list = merger.take();
    return list.empty() ? -1 : list.size() == 1 && list[0].type == type ? static_cast<int>(list[0].value) : -2;
  };
  constexpr uint32_t kUsed = 0xc0000000, kNeeded = 0xc0000001, kLastAnd = 0xc0007fff, kAllAnd = 0xb0007fff;
  EXPECT_EQ(value(kUsed, {{{kUsed, 1}}, {{kUsed, 6}}}), 7);
  EXPECT_EQ(value(kUsed, {{{kUsed, 1}}, {}}), -1);
  EXPECT_EQ(value(kUsed, {{{kUsed, 0}}, {{kUsed, 0}}}), 0);
  EXPECT_EQ(value(kNeeded, {{{kNeeded, 1}}, {}}), 1);
  EXPECT_EQ(value(kLastAnd, {{{kLastAnd, 3}}, {{kLastAnd, 2}}}), 2);
  EXPECT_EQ(value(kAllAnd, {{{kAllAnd, 3}}, {}}), -1);
  EXPECT_EQ(value(kAllAnd, {{{kAllAnd, 3}}, {{kAllAnd, 6}}}), 2);
}

TEST(Properties, ForbiddenBitsAreLeftOut) {
  PropertyMerger merger;
  merger.add(std::vector<Property>{{kOr, 5}});
  merger.forbid(kOr, 1);
  ASSERT_EQ(merger.take().size(), 1u);
  EXPECT_EQ(merger.take()[0].value, 4u);
  merger.forbid(kOr, 4);
  EXPECT_TRUE(merger.take().empty());
}

TEST(Properties, TheLargestStackOfOneObjectCounts) {
  for (const uint32_t second : {0x1000u, 0x9000u}) {
    const std::array<uint32_t, 12> note = {4, 32, 5, 0x554e47, 1, 8, 0x8000, 0, 1, 8, second, 0};
    const auto properties = read_properties({reinterpret_cast<const uint8_t*>(note.data()), sizeof(note)}, 8);
    ASSERT_TRUE(properties.ok());
    ASSERT_EQ(properties->size(), 1u);
    EXPECT_EQ(properties->front().value, std::max(0x8000u, second));
  }
}

TEST(Properties, ReadsEachTypeOnceAndLeavesOutUnknownOnes) {
  const std::array<uint32_t, 16> note = {4, 48, 5, 0x554e47, kOr, 4, 2, 0, kUnknown, 4, 7, 0, kOr, 4, 1, 0};
  const auto properties = read_properties({reinterpret_cast<const uint8_t*>(note.data()), sizeof(note)}, 8);
  ASSERT_TRUE(properties.ok());
  ASSERT_EQ(properties->size(), 1u);
  EXPECT_EQ(properties->front().type, kOr);
  EXPECT_EQ(properties->front().value, 3u);
}

}  // namespace
}  // namespace xld::elf
