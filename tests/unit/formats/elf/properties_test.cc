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
