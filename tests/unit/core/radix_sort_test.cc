// radix_sort() against std::stable_sort.
#include "core/radix_sort.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace xld {
namespace {

TEST(RadixSort, SortsAsStableSortDoes) {
  std::mt19937_64 random(1);
  for (const size_t size : {0, 1, 2, 3, 255, 256, 257, 5000})
    for (const uint64_t mask : {UINT64_MAX, uint64_t{0xff}, uint64_t{0xff00ff}, uint64_t{0x7000000000000001}})
      for (const unsigned first_byte : {0U, 1U, 4U, 7U}) {
        std::vector<uint64_t> numbers(size);
        for (uint64_t& number : numbers) number = random() & mask;
        auto expected = numbers;
        std::stable_sort(expected.begin(), expected.end(),
                         [&](uint64_t a, uint64_t b) { return a >> (8 * first_byte) < b >> (8 * first_byte); });
        radix_sort(numbers, first_byte);
        EXPECT_EQ(numbers, expected) << size << " numbers, from byte " << first_byte;
      }
}

}  // namespace
}  // namespace xld
