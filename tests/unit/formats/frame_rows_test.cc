// Rows of call frame information: what each instruction does to them, and what is not read.
#include "formats/frame_rows.h"

#include <gtest/gtest.h>
#include <string>

namespace xld {
namespace {

using namespace std::string_literals;

std::string record(std::string body) {
  while (body.size() % 4 != 0) body += '\0';
  const auto size = static_cast<uint32_t>(body.size());
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + body;
}

// A CIE as compilers for x86-64 write it, and one FDE with these instructions.
std::optional<std::vector<FrameRow>> rows_of(const std::string& instructions,
                                             const std::string& common = "\x0c\x07\x08\x90\x01"s) {
  std::string section = record("\0\0\0\0\1zR\0\1\x78\x10\1\x1b"s + common);
  const auto distance = static_cast<uint32_t>(section.size() + 4);
  section += record(std::string(reinterpret_cast<const char*>(&distance), sizeof(distance)) + "\0\0\0\0\x20\0\0\0\0"s +
                    instructions);
  std::vector<EhRecord> records;
  EXPECT_TRUE(split_eh_frame(as_bytes(section), records));
  const auto cie = parse_cie(as_bytes(section), records[0], 8);
  const auto fde = parse_fde(as_bytes(section), records[1], *cie, 8);
  return read_frame_rows(as_bytes(section), records[0], *cie, records[1], *fde);
}

TEST(FrameRows, AFunctionThatPushesAndPops) {
  // advance 1; cfa offset 16; rbx at -16; advance 9; remember; cfa offset 8; advance 1; restore state
  const auto rows = rows_of("\x41\x0e\x10\x83\x02\x49\x0a\x0e\x08\x41\x0b"s);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ((*rows)[0].cfa_register, 7u);
  EXPECT_EQ((*rows)[0].cfa_offset, 8);
  EXPECT_EQ((*rows)[0].place_of(16), -8);
  EXPECT_EQ((*rows)[1].begin, 1u);
  EXPECT_EQ((*rows)[1].cfa_offset, 16);
  EXPECT_EQ((*rows)[1].place_of(3), -16);
  EXPECT_EQ((*rows)[2].cfa_offset, 8);
  EXPECT_EQ((*rows)[3].begin, 11u);
  EXPECT_TRUE((*rows)[3].has_same_rules((*rows)[1]));
  EXPECT_FALSE((*rows)[3].has_same_rules((*rows)[2]));
}

TEST(FrameRows, LongFormsAndWhatTheCieSaid) {
  // advance1 2; def_cfa rbp 16; offset_extended r16 1; same value r3; advance2 0x100; restore r16; restore r3;
  // offset_extended_sf r12 -3; advance4 0x10000; def_cfa_offset_sf -4
  const auto rows =
      rows_of("\x02\x02\x0c\x06\x10\x05\x10\x02\x08\x03\x03\0\1\xd0\xc3\x11\x0c\x03\x04\0\0\1\0\x13\x7c"s);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ((*rows)[1].cfa_register, 6u);
  EXPECT_EQ((*rows)[1].place_of(16), -16);
  EXPECT_EQ((*rows)[2].begin, 0x102u);
  EXPECT_EQ((*rows)[2].place_of(16), -8);
  EXPECT_EQ((*rows)[2].place_of(12), -24);
  EXPECT_EQ((*rows)[2].place_of(3), std::nullopt);
  EXPECT_EQ((*rows)[3].begin, 0x10102u);
  EXPECT_EQ((*rows)[3].cfa_offset, 32);
}

TEST(FrameRows, WhatNeedsMoreThanNumbersIsNotRead) {
  EXPECT_FALSE(rows_of("\x0f\x01\x30"s));                  // the frame by an expression
  EXPECT_FALSE(rows_of("\x10\x03\x01\x30"s));              // a register by an expression
  EXPECT_FALSE(rows_of("\x09\x03\x04"s));                  // a register in another
  EXPECT_FALSE(rows_of("\x07\x10"s));                      // no return address
  EXPECT_FALSE(rows_of("\x41\x2e\x10"s));                  // arguments on the stack
  EXPECT_TRUE(rows_of("\x41\x2e\x00"s));                   // none of them
  EXPECT_FALSE(rows_of("\x0b"s));                          // nothing was remembered
  EXPECT_FALSE(rows_of("\x0e\xff\xff\xff\xff\xff\x7f"s));  // a distance that no stack has
  EXPECT_FALSE(rows_of("\x02\xff\x0e\x80\x80\x80\x80"s));  // cut off
  EXPECT_FALSE(rows_of(""s, "\x41\x0c\x07\x08"s));         // a CIE that advances
}

}  // namespace
}  // namespace xld
