// Relocations in compact form: what they expand to, and what is refused.
#include "formats/elf/compact_relocs.h"

#include <gtest/gtest.h>
#include <vector>

namespace xld::elf {
namespace {

constexpr uint8_t kCountFactor = 8, kAddends = 4;

template <class E, class Record>
std::vector<Record> records_of(const std::vector<uint8_t>& bytes) {
  Arena arena;
  const auto expanded = expand_compact_relocs<E>(bytes, arena);
  EXPECT_TRUE(expanded.ok());
  std::vector<Record> records;
  for (size_t at = 0; expanded && at < expanded->bytes.size(); at += sizeof(Record))
    records.push_back(load<Record>(expanded->bytes.data() + at));
  return records;
}

std::string error_of(const std::vector<uint8_t>& bytes) {
  Arena arena;
  const auto expanded = expand_compact_relocs<Elf64>(bytes, arena);
  return expanded ? "" : expanded.error().message;
}

TEST(CompactRelocs, ChangesAreAddedUp) {
  // Offset 1, symbol 3, type 4, addend -4; then 6 bytes further, and of symbol 2 with addend 0.
  const auto records =
      records_of<Elf64, Elf64::Rela>({2 * kCountFactor + kAddends, 1 << 3 | 7, 3, 4, 0x7c, 6 << 3 | 5, 0x7f, 4});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].offset, 1u);
  EXPECT_EQ(records[0].symbol(), 3u);
  EXPECT_EQ(records[0].type(), 4u);
  EXPECT_EQ(records[0].addend, -4);
  EXPECT_EQ(records[1].offset, 7u);
  EXPECT_EQ(records[1].symbol(), 2u);
  EXPECT_EQ(records[1].type(), 4u);
  EXPECT_EQ(records[1].addend, 0);
}

TEST(CompactRelocs, LongDistancesTakeMoreBytes) {
  // The offset is in units of 4; its five lowest bits are in the first byte.
  const auto records = records_of<Elf32, Elf32::Rel>({kCountFactor + 2, 0x80 | 9 << 2, 0x21});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].offset, (9u + (0x21u << 5)) << 2);
}

TEST(CompactRelocs, PromisesAreNotBelieved) {
  EXPECT_EQ(error_of({0xff, 0xff, 0xff, 0xff, 0x0f}).find("promises"), 0u);
  EXPECT_EQ(error_of({2 * kCountFactor + kAddends, 1 << 3 | 7, 3}).find("ends inside"), 0u);
  EXPECT_NE(error_of({}), "");
  EXPECT_EQ(error_of({0}), "");
}

}  // namespace
}  // namespace xld::elf
