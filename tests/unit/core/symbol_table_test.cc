// SymbolTable: names get one id each, in order, also when their hashes were made to collide.
#include "core/symbol_table.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "core/hash.h"

namespace xld {
namespace {

TEST(SymbolTable, GivesEachNameOneIdInOrder) {
  SymbolTable table;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < 20000; i++) names.push_back("name" + std::to_string(i * 7919));
  for (uint32_t i = 0; i < names.size(); i++) EXPECT_EQ(table.intern(names[i]).value, i);
  for (uint32_t i = 0; i < names.size(); i++) {
    EXPECT_EQ(table.intern(names[i]).value, i);
    EXPECT_EQ(table.find(names[i]).value, i);
  }
  EXPECT_FALSE(table.find("unknown").is_valid());
  EXPECT_EQ(table.size(), names.size());
}

// Quadratic time would be 2 * 10^10 comparisons.
TEST(SymbolTable, CollidingNamesCostNoMoreThanALogarithm) {
  constexpr uint32_t kCount = 200000;
  SymbolTable table;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < kCount; i++) names.push_back("name" + std::to_string(i));
  for (uint32_t i = 0; i < kCount; i++) EXPECT_EQ(table.intern(names[i], 42).value, i);
  for (uint32_t i = 0; i < kCount; i++) EXPECT_EQ(table.intern(names[i], 42).value, i);
  EXPECT_EQ(table.size(), kCount);
}

// Hashes that differ, and whose places are neighbours: long runs of occupied slots.
TEST(SymbolTable, CrowdedPlacesLoseNoName) {
  constexpr uint32_t kCount = 60000;
  SymbolTable table;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < kCount; i++) names.push_back("name" + std::to_string(i));
  const auto hash = [](uint32_t i) { return uint64_t{i} << 32 | i % 8; };
  for (uint32_t i = 0; i < kCount; i++) EXPECT_EQ(table.intern(names[i], hash(i)).value, i);
  for (uint32_t i = 0; i < kCount; i++) EXPECT_EQ(table.intern(names[i], hash(i)).value, i);
}

}  // namespace
}  // namespace xld
