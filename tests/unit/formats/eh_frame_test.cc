// Call frame information: records and their CIEs, augmentations, encoded pointers, the sorted header, malformed input.
#include "formats/eh_frame.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>

namespace xld {
namespace {

using namespace std::string_literals;

template <class T>
std::string word(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

std::string record(const std::string& body) {
  return word(static_cast<uint32_t>(body.size())) + body;
}

std::string long_record(const std::string& body) {
  return word(UINT32_MAX) + word(uint64_t{body.size()}) + body;
}

// The CIE of gcc for C++ code, position independent: "zPLR".
std::string gcc_cie() {
  return record(word(0u) + "\1zPLR\0"s + "\1\x78\x10"s + "\7"s + "\x9b"s + word(0x11223344u) + "\x1b\x1b"s +
                "\x0c\7\x08\x90\1\0\0"s);
}

// An FDE at `offset` of the section whose CIE is at `cie`.
std::string fde(uint32_t offset, uint32_t cie, const std::string& rest = word(0x10u) + word(0x20u) + "\0\0\0\0"s) {
  return record(word(offset + 4 - cie) + rest);
}

std::vector<EhRecord> split(const std::string& section) {
  std::vector<EhRecord> records;
  const Result<bool> result = split_eh_frame(as_bytes(section), records);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return records;
}

std::string split_error(const std::string& section) {
  std::vector<EhRecord> records;
  const Result<bool> result = split_eh_frame(as_bytes(section), records);
  return result.ok() ? "no error" : result.error().message;
}

TEST(EhFrame, RecordsKnowTheirCie) {
  std::string section = gcc_cie();
  const auto second_cie = static_cast<uint32_t>(section.size());
  section += gcc_cie();
  section += fde(static_cast<uint32_t>(section.size()), 0);
  section += fde(static_cast<uint32_t>(section.size()), second_cie);
  const std::vector<EhRecord> records = split(section);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_TRUE(records[0].is_cie());
  EXPECT_TRUE(records[1].is_cie());
  EXPECT_EQ(records[2].cie, 0u);
  EXPECT_EQ(records[3].cie, 1u);
  EXPECT_EQ(records[3].offset + records[3].size, section.size());
  EXPECT_EQ(eh_pc_begin_offset(as_bytes(section), records[3]), records[3].offset + 8);
}

TEST(EhFrame, TerminatorsAreNoRecords) {
  std::string section = gcc_cie();
  section += word(0u);
  section += fde(static_cast<uint32_t>(section.size()), 0);
  EXPECT_EQ(split(section).size(), 2u);
  std::vector<EhRecord> records;
  EXPECT_FALSE(*split_eh_frame(as_bytes(section), records));
  records.clear();
  section += word(0u);
  EXPECT_TRUE(*split_eh_frame(as_bytes(section), records));
  EXPECT_TRUE(split("").empty());
  EXPECT_TRUE(split(word(0u)).empty());
}

TEST(EhFrame, ExtendedLengthAndACieBehindItsFde) {
  std::string section = long_record(word(12u - 28u) + word(uint64_t{1}) + word(0u));
  ASSERT_EQ(section.size(), 28u);
  section += gcc_cie();
  const std::vector<EhRecord> records = split(section);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].cie, 1u);
  EXPECT_EQ(eh_id_offset(as_bytes(section), records[0]), 12u);
  EXPECT_EQ(eh_pc_begin_offset(as_bytes(section), records[0]), 16u);
}

TEST(EhFrame, MalformedSectionsNameTheOffset) {
  const std::string cie = gcc_cie();
  EXPECT_NE(split_error(cie + "\1"s).find("offset 0x20: the section ends"), std::string::npos)
      << split_error(cie + "x");
  EXPECT_NE(split_error(word(100u) + "short").find("exceeds"), std::string::npos);
  EXPECT_NE(split_error(word(UINT32_MAX) + "short").find("extended length"), std::string::npos);
  EXPECT_NE(split_error(word(UINT32_MAX) + word(UINT64_MAX)).find("exceeds"), std::string::npos);
  EXPECT_NE(split_error(record("abc")).find("too short"), std::string::npos);
  EXPECT_NE(split_error(cie + fde(0x20, 4)).find("CIE at 0x4 where there is none"), std::string::npos);
  EXPECT_NE(split_error(cie + fde(0x20, 0x20)).find("CIE at 0x20 where there is none"), std::string::npos) << "itself";
  EXPECT_NE(split_error(cie + fde(0x20, 0x2000)).find("outside"), std::string::npos);
  for (size_t size = 0; size < cie.size(); size++) split_error(cie.substr(0, size));
}

TEST(Cie, AugmentationOfGcc) {
  const std::string section = gcc_cie();
  const Result<CieFacts> facts = parse_cie(as_bytes(section), split(section)[0], 8);
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_EQ(facts->fde_encoding, 0x1b);
  EXPECT_EQ(facts->lsda_encoding, 0x1b);
  EXPECT_EQ(facts->personality_encoding, 0x9b);
  EXPECT_EQ(load<uint32_t>(as_bytes(section).data() + facts->personality_offset), 0x11223344u);
  EXPECT_EQ(section[facts->instructions_offset], '\x0c');
  EXPECT_FALSE(facts->is_signal_frame);
}

TEST(Cie, OtherAugmentations) {
  const auto parse = [](const std::string& body) {
    const std::string section = record(word(0u) + body);
    return parse_cie(as_bytes(section), split(section)[0], 8);
  };
  EXPECT_EQ(parse("\1\0\1\x78\x10"s)->fde_encoding, eh_pointer::kAbsolute);
  EXPECT_EQ(parse("\1\0\1\x78\x10"s)->instructions_offset, 13u);
  EXPECT_EQ(parse("\3\0\1\x78\x90\1"s)->instructions_offset, 14u) << "version 3 has a ULEB register";
  EXPECT_EQ(parse("\4\0\x08\0\1\x78\x10"s)->instructions_offset, 15u);
  EXPECT_TRUE(parse("\1zRSB\0\1\x78\x10\1\x1b"s)->is_signal_frame);
  EXPECT_EQ(parse("\1zR\0\1\x78\x10\3\x1bxx"s)->instructions_offset, 19u) << "data behind the letters is skipped";
  EXPECT_TRUE(parse("\1eh\0WWWWWWWW\1\x78\x10"s).ok());
  EXPECT_EQ(parse("\1zP\0\1\x78\x10\1\xff"s)->personality_offset, 0u);
  EXPECT_EQ(parse("\1zR\0\1\x78\x10\x80\1\x1b"s + std::string(127, 'x'))->instructions_offset, 17u + 128)
      << "a size of two bytes";
  // An aligned pointer: from offset 17 the next multiple of 8.
  EXPECT_EQ(parse("\1zP\0\1\x78\x10\x10\x50.......PPPPPPPP"s)->personality_offset, 24u);

  EXPECT_FALSE(parse("\2\0\1\x78\x10"s).ok()) << "version 2";
  EXPECT_FALSE(parse("\1zX\0\1\x78\x10\0"s).ok());
  EXPECT_FALSE(parse("\1Q\0\1\x78\x10"s).ok());
  EXPECT_FALSE(parse("\1zR"s).ok()) << "no end of the string";
  EXPECT_FALSE(parse("\1zR\0\1\x78\x10\5\x1b"s).ok()) << "data exceeds the record";
  EXPECT_FALSE(parse("\1zR\0\1\x78\x10\0\x1b"s).ok()) << "the encoding is not in the data";
  EXPECT_FALSE(parse("\1zP\0\1\x78\x10\x5\x0d..."s).ok()) << "no such encoding";
  EXPECT_FALSE(parse("\1\0\xff\xff\xff\xff"s).ok()) << "a number without end";
  EXPECT_FALSE(parse("\1\0\1"s).ok());
}

TEST(Fde, FieldsFollowTheCie) {
  std::string section = gcc_cie();
  const auto at = static_cast<uint32_t>(section.size());
  section += fde(at, 0, word(0x10u) + word(0x20u) + "\4"s + word(0x77u) + "\0\0\0"s);
  section += fde(static_cast<uint32_t>(section.size()), 0, word(0x10u) + word(0x20u) + "\0"s);
  section += fde(static_cast<uint32_t>(section.size()), 0, word(0x10u) + "\0"s);
  const auto records = split(section);
  const CieFacts cie = *parse_cie(as_bytes(section), records[0], 8);
  const Result<FdeFacts> facts = parse_fde(as_bytes(section), records[1], cie, 8);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->pc_begin_offset, at + 8);
  EXPECT_EQ(facts->pc_range_offset, at + 12);
  EXPECT_EQ(facts->lsda_offset, at + 17);
  EXPECT_EQ(parse_fde(as_bytes(section), records[2], cie, 8)->lsda_offset, 0u);
  EXPECT_FALSE(parse_fde(as_bytes(section), records[3], cie, 8).ok());
}

TEST(EncodedPointer, ReadsAllFixedForms) {
  const Bytes bytes = as_bytes("\xf0\xff\xff\xff\xff\xff\xff\xff\x01");
  const auto value = [&](uint8_t encoding, uint8_t word_size, uint64_t offset = 0) {
    const auto pointer = read_encoded_pointer(bytes, offset, encoding, word_size, 0x1000);
    return pointer ? std::optional(pointer->value) : std::nullopt;
  };
  EXPECT_EQ(value(0x00, 8), 0xfffffffffffffff0u);
  EXPECT_EQ(value(0x00, 4), 0xfffffff0u);
  EXPECT_EQ(value(0x02, 8), 0xfff0u);
  EXPECT_EQ(value(0x03, 8), 0xfffffff0u);
  EXPECT_EQ(value(0x0a, 8), 0xfffffffffffffff0u);
  EXPECT_EQ(value(0x1b, 8), 0xff0u);
  EXPECT_EQ(value(0x9b, 8), 0xff0u);
  EXPECT_EQ(value(0x0b, 4), 0xfffffff0u) << "addresses of 32 bits wrap";
  EXPECT_EQ(value(0x1b, 8, 6), std::nullopt) << "cut off";
  EXPECT_EQ(value(0x1b, 8, UINT64_MAX), std::nullopt);
  EXPECT_EQ(value(0x3b, 8), std::nullopt);
  EXPECT_EQ(value(0xff, 8), std::nullopt);
  EXPECT_EQ(value(0x01, 8), std::nullopt);
}

std::string header(const std::vector<EhFrameHeaderEntry>& entries, uint64_t address, uint64_t frame,
                   uint8_t word_size) {
  std::string out(eh_frame_header_size(entries.size()), '?');
  const auto result =
      write_eh_frame_header(entries, address, frame, word_size, {reinterpret_cast<uint8_t*>(out.data()), out.size()});
  return result ? out : result.error().message;
}

TEST(EhFrameHeader, IsSortedWithoutDuplicates) {
  const std::string expected = "\1\x1b\3\x3b"s + word(0x100 - 4) + word(3) + word(-0x800) + word(0x120) + word(0x40) +
                               word(0x110) + word(0x100) + word(0x130) + word(uint64_t{0});
  const std::vector<EhFrameHeaderEntry> entries = {
      {0x1040, 0x1110}, {0x800, 0x1120}, {0x1100, 0x1130}, {0x1040, 0x1140}};
  EXPECT_EQ(header(entries, 0x1000, 0x1100, 8), expected);
  auto reversed = entries;
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(header(reversed, 0x1000, 0x1100, 8), expected);
  EXPECT_EQ(header({}, 0x1000, 0x1100, 8), "\1\x1b\3\x3b"s + word(0x100 - 4) + word(0));
}

TEST(EhFrameHeader, DistancesHaveToFit) {
  EXPECT_EQ(header({{0x80000fff, 0x1000}}, 0x1000, 0x1100, 8).size(), 20u);
  EXPECT_NE(header({{0x80001000, 0x1000}}, 0x1000, 0x1100, 8).find("code at 0x80001000"), std::string::npos);
  EXPECT_EQ(header({{0x80001000, 0x100001000}}, 0x100001000, 0x100001100, 8).size(), 20u);
  EXPECT_NE(header({{0x80000fff, 0x100001000}}, 0x100001000, 0x100001100, 8).find("code"), std::string::npos);
  EXPECT_NE(header({{0x1000, 0x80001000}}, 0x1000, 0x1100, 8).find("FDE at"), std::string::npos);
  EXPECT_NE(header({}, 0x1000, 0x90000000, 8).find("call frame information at"), std::string::npos);
}

TEST(EhFrameHeader, SortsByAddressWhereDistancesWrap) {
  const std::string expected =
      "\1\x1b\3\x3b"s + word(0xfc) + word(2) + word(-0xf00) + word(0) + word(0xf0000000 - 0x1000) + word(8);
  EXPECT_EQ(header({{0xf0000000, 0x1008}, {0x100, 0x1000}}, 0x1000, 0x1100, 4), expected);
}

TEST(EhFrameHeader, RandomOrder) {
  std::mt19937_64 random(3);
  std::map<uint64_t, uint64_t> model;
  std::vector<EhFrameHeaderEntry> entries;
  for (int i = 0; i < 20000; i++) {
    const EhFrameHeaderEntry entry{0x400000 + random() % 100000, 0x600000 + random() % 0x1000000};
    entries.push_back(entry);
    const auto place = model.emplace(entry.pc, entry.fde).first;
    place->second = std::min(place->second, entry.fde);
  }
  const std::string out = header(entries, 0x500000, 0x600000, 8);
  const Bytes bytes = as_bytes(out);
  ASSERT_EQ(*read<uint32_t>(bytes, 8), model.size());
  uint64_t at = 12;
  for (const auto& [pc, fde_address] : model) {
    ASSERT_EQ(0x500000 + *read<int32_t>(bytes, at), pc);
    ASSERT_EQ(0x500000 + *read<int32_t>(bytes, at + 4), fde_address);
    at += 8;
  }
}

}  // namespace
}  // namespace xld
