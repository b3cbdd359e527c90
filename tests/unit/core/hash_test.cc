// hash_name and hash_c_string agree at every length and position, and nothing is read past the end.
#include "core/hash.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <unordered_set>

namespace xld {
namespace {

TEST(Hash, FusedFormAgreesAtEveryLengthAndDistanceToTheEnd) {
  for (size_t length = 0; length < 70; length++) {
    for (size_t after = 0; after < 40; after++) {
      // A block of exactly this size, so that AddressSanitizer sees the first byte too far.
      const size_t size = length + 1 + after;
      const auto table = std::make_unique<uint8_t[]>(size);
      for (size_t i = 0; i < size; i++) table[i] = static_cast<uint8_t>('a' + i % 26);
      table[length] = 0;
      const HashedName hashed = hash_c_string(table.get(), table.get() + size);
      ASSERT_TRUE(hashed.is_terminated());
      ASSERT_EQ(hashed.name.size(), length);
      ASSERT_EQ(hashed.hash, hash_name(hashed.name));
    }
  }
}

TEST(Hash, UnterminatedNameIsNone) {
  for (size_t size = 0; size < 50; size++) {
    const auto table = std::make_unique<uint8_t[]>(size);
    std::fill_n(table.get(), size, uint8_t{'x'});
    EXPECT_FALSE(hash_c_string(table.get(), table.get() + size).is_terminated());
  }
}

TEST(Hash, TellsSimilarNamesApart) {
  std::unordered_set<uint64_t> seen;
  size_t names = 0;
  const auto add = [&](const std::string& name) {
    seen.insert(hash_name(name));
    names++;
  };
  for (int i = 0; i < 20000; i++) add("_ZN4llvm12DenseMapBase" + std::to_string(i) + "EvE");
  for (size_t i = 0; i < 100; i++) add(std::string(i, '\0'));                    // length alone
  for (size_t i = 0; i < 64; i++) add(std::string(64, 'a').replace(i, 1, "b"));  // position alone
  for (int i = 1; i < 256; i++) add(std::string(1, static_cast<char>(i)));
  EXPECT_EQ(seen.size(), names);
}

// Blocks that swap places, and the low bits that tables use.
TEST(Hash, OrderOfBlocksMattersAndLowBitsSpread) {
  const std::string a(16, 'a');
  const std::string b(16, 'b');
  EXPECT_NE(hash_name(a + b), hash_name(b + a));
  std::unordered_set<uint64_t> low;
  for (int i = 0; i < 4096; i++) low.insert(hash_name("x" + std::to_string(i)) & 0xffff);
  EXPECT_GT(low.size(), 3900u);  // random: 4096 in 65536 leaves about 3970 distinct
}

}  // namespace
}  // namespace xld
