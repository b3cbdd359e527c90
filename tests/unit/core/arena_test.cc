// Arena and Array: alignment, growth, sizes that cannot be, and that small users stay small.
#include "core/arena.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace xld {
namespace {

TEST(Arena, AllocationsAreAlignedAndApart) {
  Arena arena;
  std::vector<std::span<uint64_t>> blocks;
  for (size_t i = 0; i < 20000; i++) {
    *static_cast<char*>(arena.allocate(1, 1)) = 'x';
    blocks.push_back(arena.allocate_array<uint64_t>(i % 50));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(blocks.back().data()) % alignof(uint64_t), 0u);
    std::fill(blocks.back().begin(), blocks.back().end(), i);
  }
  for (size_t i = 0; i < blocks.size(); i++) {
    EXPECT_TRUE(std::all_of(blocks[i].begin(), blocks[i].end(), [&](uint64_t v) { return v == i; }));
  }
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.allocate(10, 4096)) % 4096, 0u);
}

TEST(Arena, StartsSmallAndGrows) {
  Arena arena;
  EXPECT_EQ(arena.mapped_size(), 0u);
  arena.allocate(100, 8);
  EXPECT_EQ(arena.mapped_size(), size_t{64} << 10);
  for (int i = 0; i < 1000; i++) arena.allocate(32 << 10, 8);
  EXPECT_GE(arena.mapped_size(), size_t{32} << 20);
  EXPECT_LE(arena.mapped_size(), size_t{64} << 20);
}

TEST(Arena, ALargeObjectDoesNotWasteTheChunk) {
  Arena arena;
  auto* const first = static_cast<uint8_t*>(arena.allocate(8, 8));
  arena.allocate(size_t{5} << 20, 8);
  EXPECT_EQ(static_cast<uint8_t*>(arena.allocate(8, 8)), first + 8);
}

TEST(Arena, RefusesImpossibleSizes) {
  Arena arena;
  EXPECT_THROW(arena.allocate(SIZE_MAX, 8), std::bad_alloc);
  EXPECT_THROW(arena.allocate(SIZE_MAX / 2, 8), std::bad_alloc);
  EXPECT_THROW(arena.allocate_array<uint64_t>(SIZE_MAX / 4), std::bad_alloc);
  EXPECT_NE(arena.allocate(8, 8), nullptr);
}

TEST(Arena, MovesAndCopiesText) {
  Arena arena;
  const std::string_view text = arena.copy_text("name");
  struct Point {
    int x, y;
  };
  const Point* const point = arena.make<Point>(1, 2);
  Arena other = std::move(arena);
  EXPECT_EQ(text, "name");
  EXPECT_EQ(point->y, 2);
  EXPECT_EQ(other.mapped_size(), size_t{64} << 10);
}

TEST(Array, ZeroedSmallAndLarge) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{1000}, (size_t{5} << 20) + 3}) {
    auto array = Array<uint8_t>::zeroed(count);
    ASSERT_EQ(array.size(), count);
    EXPECT_TRUE(std::all_of(array.begin(), array.end(), [](uint8_t b) { return b == 0; }));
    std::fill(array.begin(), array.end(), uint8_t{1});
    const bool is_aligned = reinterpret_cast<uintptr_t>(array.data()) % kHugePage == 0;
    EXPECT_TRUE(is_aligned || count < kHugePage);
  }
}

TEST(Array, MovesAndTruncates) {
  auto array = Array<uint32_t>::uninitialized(1 << 20);
  std::iota(array.begin(), array.end(), 0u);
  Array<uint32_t> moved = std::move(array);
  EXPECT_EQ(moved[(1 << 20) - 1], (1u << 20) - 1);
  moved.truncate(5);
  EXPECT_EQ(std::span<const uint32_t>(moved).size(), 5u);
  moved = Array<uint32_t>::zeroed(2);
  EXPECT_EQ(moved[1], 0u);
  EXPECT_THROW(Array<uint64_t>::zeroed(SIZE_MAX / 8), std::bad_alloc);
}

}  // namespace
}  // namespace xld
