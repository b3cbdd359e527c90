// Addresses that are near take fewer instructions, and code that is not what the compiler said stays as it is.
#include "arch/arm64_sequences.h"

#include <gtest/gtest.h>
#include <vector>

#include "core/bytes.h"

namespace xld::arm64 {
namespace {

constexpr uint32_t kNop = 0xd503201f;
constexpr uint64_t kStart = 0x100004000;

// adrp x8, `pages` from here
uint32_t page(int32_t pages, uint32_t target = 8) {
  const auto field = static_cast<uint32_t>(pages) & 0x1fffff;
  return 0x90000000 | (field & 3) << 29 | field >> 2 << 5 | target;
}

// Instructions behind each other from kStart on.
std::vector<uint32_t> shortened(Sequence kind, std::vector<uint32_t> code) {
  std::vector<CodePlace> places;
  for (size_t i = 0; i < code.size(); i++)
    places.push_back({kStart + i * 4, reinterpret_cast<uint8_t*>(code.data() + i)});
  shorten_sequence(kind, places);
  return code;
}

using Code = std::vector<uint32_t>;

TEST(Arm64Sequences, NearAdditionsBecomeOneInstruction) {
  // add x0, x8, #0x124: 0x1124 - 4 from the second instruction
  EXPECT_EQ(shortened(Sequence::PageAdd, {page(1), 0x91049100}), (Code{kNop, 0x10008900}));
  const Code far = {page(0x101), 0x91049100};
  EXPECT_EQ(shortened(Sequence::PageAdd, far), far);
  const Code other_register = {page(1, 9), 0x91049100};
  EXPECT_EQ(shortened(Sequence::PageAdd, other_register), other_register);
}

TEST(Arm64Sequences, NearLoadsBecomeLiteral) {
  // ldr x0, [x8, #0x120]
  EXPECT_EQ(shortened(Sequence::PageLoad, {page(1), 0xf9409100}), (Code{kNop, 0x580088e0}));
  // Bytes have no literal form; what is not aligned has none either.
  const Code byte = {page(1), 0x39449100};
  EXPECT_EQ(shortened(Sequence::PageLoad, byte), byte);
  const Code store = {page(1), 0xf9009100};
  EXPECT_EQ(shortened(Sequence::PageLoad, store), store);
}

TEST(Arm64Sequences, AnAdditionBecomesAPartOfTheAccess) {
  // add x9, x8, #0x10; ldrb w0, [x9, #1] -> ldrb w0, [x8, #0x11]
  EXPECT_EQ(shortened(Sequence::PageAddLoad, {page(1), 0x91004109, 0x39400520}), (Code{page(1), kNop, 0x39404500}));
  // add x9, x8, #0x10; str x0, [x9, #8] -> str x0, [x8, #0x18]
  EXPECT_EQ(shortened(Sequence::PageAddStore, {page(1), 0x91004109, 0xf9000520}), (Code{page(1), kNop, 0xf9000d00}));
  // add x9, x8, #0x11: no multiple of 8, but near
  EXPECT_EQ(shortened(Sequence::PageAddStore, {page(1), 0x91004509, 0xf9000520}), (Code{kNop, 0x30008069, 0xf9000520}));
  // add x9, x8, #0x10; ldr x0, [x9]
  EXPECT_EQ(shortened(Sequence::PageAddLoad, {page(1), 0x91004109, 0xf9400120}), (Code{kNop, kNop, 0x58008040}));
}

TEST(Arm64Sequences, SlotsAreLoadedOrGone) {
  // The slot is near: adrp x8; ldr x9, [x8, #0x20]; ldr x0, [x9]
  EXPECT_EQ(shortened(Sequence::PageSlotLoad, {page(1), 0xf9401109, 0xf9400120}), (Code{kNop, 0x580080e9, 0xf9400120}));
  // The load has become an addition.
  EXPECT_EQ(shortened(Sequence::PageSlotLoad, {page(1), 0x91008109, 0xf9400120}), (Code{kNop, kNop, 0x580080c0}));
  EXPECT_EQ(shortened(Sequence::PageSlot, {page(1), 0x91008109}), (Code{kNop, 0x100080e9}));
}

TEST(Arm64Sequences, ThePageIsTakenOnce) {
  EXPECT_EQ(shortened(Sequence::PageTwice, {page(1), page(1)}), (Code{page(1), kNop}));
  const Code gone = {kNop, page(1)};
  EXPECT_EQ(shortened(Sequence::PageTwice, gone), gone);
  const Code other = {page(1), page(2)};
  EXPECT_EQ(shortened(Sequence::PageTwice, other), other);
}

TEST(Arm64Sequences, ListsOfAWrongLengthAreIgnored) {
  const Code one = {page(1)};
  EXPECT_EQ(shortened(Sequence::PageAdd, one), one);
  const Code two = {page(1), 0x91004109};
  EXPECT_EQ(shortened(Sequence::PageAddLoad, two), two);
}

}  // namespace
}  // namespace xld::arm64
