// Compact encodings made from rows of call frame information. The expected numbers are those that LLVM's assembler
// makes for Darwin of the same rows.
#include "formats/macho/compact_encoding.h"

#include <gtest/gtest.h>

#include "tests/unit/arch/hex.h"

namespace xld::macho {
namespace {

using test::from_hex;

using Saved = std::vector<std::pair<uint64_t, int64_t>>;

constexpr uint64_t kRbx = 3, kRbp = 6, kRsp = 7, kR12 = 12, kR13 = 13, kR14 = 14, kR15 = 15, kReturn = 16;

// What holds for all of a function that makes a call.
uint32_t x86_encoding(uint64_t cfa_register, int64_t cfa_offset, Saved saved,
                      std::string_view code = "e8 00 00 00 00 c3") {
  saved.emplace_back(kReturn, -8);
  const FrameRow row = {0, cfa_register, cfa_offset, saved};
  return compact_encoding(Cpu::X86_64, {&row, 1}, from_hex(code));
}

TEST(CompactEncoding, AFramePointerAndUpToFiveRegisters) {
  EXPECT_EQ(x86_encoding(kRbp, 16, {{kRbp, -16}}), 0x01000000u);
  EXPECT_EQ(x86_encoding(kRbp, 16, {{kRbx, -32}, {kRbp, -16}, {kR14, -24}}), 0x01020021u);
  EXPECT_EQ(x86_encoding(kRbp, 16, {{kRbx, -56}, {kRbp, -16}, {kR12, -48}, {kR13, -40}, {kR14, -32}, {kR15, -24}}),
            0x010558d1u);
  // A gap is no register.
  EXPECT_EQ(x86_encoding(kRbp, 16, {{kRbx, -40}, {kRbp, -16}, {kR15, -24}}), 0x01030141u);
}

TEST(CompactEncoding, AStackPointerAndRegistersWithoutGaps) {
  EXPECT_EQ(x86_encoding(kRsp, 8, {}), 0x02010000u);
  EXPECT_EQ(x86_encoding(kRsp, 16, {{kRbx, -16}}), 0x02020400u);
  EXPECT_EQ(x86_encoding(kRsp, 32, {{kRbx, -32}, {kR14, -24}, {kR15, -16}}), 0x02040c0au);
  EXPECT_EQ(x86_encoding(kRsp, 8 + 8 * 255, {}), 0u);  // no instruction says so large a number
  EXPECT_EQ(x86_encoding(kRsp, 8 + 0x1000, {}, "48 81 ec 00 10 00 00 e8 00 00 00 00 c3"), 0x03032000u);
}

TEST(CompactEncoding, WhatItCannotSayIsNotSaid) {
  EXPECT_EQ(x86_encoding(kRsp, 32, {{kRbx, -32}}), 0u);               // a gap
  EXPECT_EQ(x86_encoding(kRsp, 16, {{kRbx, -16}, {kR12, -16}}), 0u);  // two in one place
  EXPECT_EQ(x86_encoding(kRsp, 8, {{kRbx, -16}}), 0u);                // outside of the frame
  EXPECT_EQ(x86_encoding(kRsp, 16, {{1, -16}}), 0u);                  // a register that callers do not count on
  EXPECT_EQ(x86_encoding(kRbp, 24, {{kRbp, -16}}), 0u);               // not below the return address
  EXPECT_EQ(x86_encoding(kRbp, 16, {{kRbx, -64}, {kRbp, -16}, {kR12, -24}}), 0u);  // six words apart
  EXPECT_EQ(x86_encoding(10, 16, {}), 0u);                         // r10 has the frame, as in code that aligns it
  EXPECT_EQ(x86_encoding(kRsp, 16, {}, "06 e8 00 00 00 00"), 0u);  // no code
  const FrameRow row = {0, 5, 8, {{kReturn, -8}}};
  EXPECT_EQ(compact_encoding(Cpu::I386, {&row, 1}, from_hex("c3")), 0u);
}

TEST(CompactEncoding, OnlyCallsCount) {
  const std::vector<FrameRow> rows = {
      {0, kRsp, 8, {{kReturn, -8}}}, {1, kRsp, 16, {{kRbx, -16}, {kReturn, -8}}}, {7, kRsp, 8, {{kReturn, -8}}}};
  // push %rbx; call; pop %rbx; ret
  EXPECT_EQ(compact_encoding(Cpu::X86_64, rows, from_hex("53 e8 00 00 00 00 5b c3")), 0x02020400u);
  // A second call, behind the frame's end.
  EXPECT_EQ(compact_encoding(Cpu::X86_64, rows, from_hex("53 e8 00 00 00 00 5b ff d0 c3")), 0u);
  // Without calls what holds for the longest time.
  EXPECT_EQ(compact_encoding(Cpu::X86_64, rows, from_hex("53 66 90 66 90 90 5b c3")), 0x02020400u);
}

uint32_t arm64_encoding(uint64_t cfa_register, int64_t cfa_offset, const Saved& saved) {
  const FrameRow row = {0, cfa_register, cfa_offset, saved};
  return compact_encoding(Cpu::Arm64, {&row, 1}, from_hex("00 00 00 94 c0 03 5f d6"));
}

TEST(CompactEncoding, PairsOfRegistersOfArm64) {
  EXPECT_EQ(arm64_encoding(29, 16, {{29, -16}, {30, -8}}), 0x04000000u);
  EXPECT_EQ(arm64_encoding(29, 16, {{19, -24}, {20, -32}, {29, -16}, {30, -8}}), 0x04000001u);
  EXPECT_EQ(arm64_encoding(29, 16, {{19, -24}, {20, -32}, {29, -16}, {30, -8}, {72, -40}, {73, -48}}), 0x04000101u);
  EXPECT_EQ(arm64_encoding(31, 32, {}), 0x02002000u);
  EXPECT_EQ(arm64_encoding(31, 0, {}), 0x02000000u);
  EXPECT_EQ(arm64_encoding(31, 16, {{19, -8}, {20, -16}}), 0x02001001u);
  // As systems with ELF have it: below what was saved.
  EXPECT_EQ(arm64_encoding(29, 32, {{19, -16}, {20, -8}, {29, -32}, {30, -24}}), 0u);
  EXPECT_EQ(arm64_encoding(29, 16, {{19, -32}, {20, -24}, {29, -16}, {30, -8}}), 0u);
  EXPECT_EQ(arm64_encoding(29, 16, {{19, -24}, {29, -16}, {30, -8}}), 0u);
  EXPECT_EQ(arm64_encoding(31, 16, {{30, -16}}), 0u);
}

}  // namespace
}  // namespace xld::macho
