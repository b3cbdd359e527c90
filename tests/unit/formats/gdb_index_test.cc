// The index is looked up as GDB does it.
#include "formats/gdb_index.h"

#include <cctype>
#include <gtest/gtest.h>
#include <string>

#include "core/bytes.h"

namespace xld {
namespace {

class Index {
 public:
  explicit Index(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}

  uint32_t word(size_t offset) const { return read<uint32_t>(bytes_, offset).value_or(0xdeadbeef); }
  uint64_t wide(size_t offset) const { return read<uint64_t>(bytes_, offset).value_or(0xdeadbeef); }
  uint32_t part(size_t number) const { return word(4 + number * 4); }

  std::vector<uint32_t> find(std::string_view name) const {
    const uint32_t table = part(3), pool = part(4), slots = (pool - table) / 8;
    uint32_t hash = 0;
    for (const char c : name) hash = hash * 67 + static_cast<uint32_t>(std::tolower(c)) - 113;
    for (uint32_t slot = hash & (slots - 1), tries = 0; tries < slots; tries++) {
      const uint32_t text = word(table + slot * 8), units = word(table + slot * 8 + 4);
      if (text == 0 && units == 0) return {};
      if (c_string_at(bytes_, pool + text) == name) {
        std::vector<uint32_t> found(word(pool + units));
        for (size_t i = 0; i < found.size(); i++) found[i] = word(pool + units + 4 + i * 4);
        return found;
      }
      slot = (slot + ((hash * 17 & (slots - 1)) | 1)) & (slots - 1);
    }
    return {};
  }

 private:
  std::vector<uint8_t> bytes_;
};

TEST(GdbIndex, FindsNamesUnitsAndRanges) {
  GdbIndexFacts facts;
  facts.units = {{0, 0x100}, {0x100, 0x80}};
  facts.types = {{0x180, 0x1d, 0x1234567890}};
  facts.ranges = {{0x401000, 0x401100, 1}};
  facts.names = {{{"main", 0, 0x30}, {"helper", 0, 0xb0}},
                 {{"helper", 1, 0xb0}, {"helper", 1, 0xb0}, {"Helper", 1, 0x90}}};
  std::vector<std::string> many;
  for (int i = 0; i < 1000; i++) many.push_back("name" + std::to_string(i));
  for (const std::string& name : many) facts.names[1].push_back({name, 1, 0x20});
  ThreadPool one(1), two(2);
  const std::vector<uint8_t> bytes = make_gdb_index(one, facts);
  EXPECT_EQ(bytes, make_gdb_index(two, facts));
  const Index index(bytes);
  EXPECT_EQ(index.word(0), 7u);
  EXPECT_EQ(index.wide(index.part(0) + 16), 0x100u);
  EXPECT_EQ(index.wide(index.part(1) + 16), 0x1234567890u);
  EXPECT_EQ(index.wide(index.part(2) + 8), 0x401100u);
  EXPECT_EQ(index.find("main"), std::vector<uint32_t>{0x30000000});
  EXPECT_EQ(index.find("helper"), (std::vector<uint32_t>{0xb0000000, 0xb0000001}));
  EXPECT_EQ(index.find("Helper"), std::vector<uint32_t>{0x90000001});
  for (const std::string& name : many) EXPECT_EQ(index.find(name), std::vector<uint32_t>{0x20000001}) << name;
  EXPECT_EQ(index.find("absent"), std::vector<uint32_t>{});
}

TEST(GdbIndex, MayBeEmpty) {
  ThreadPool pool(1);
  EXPECT_EQ(make_gdb_index(pool, {}).size(), 24u);
}

}  // namespace
}  // namespace xld
