// See radix_sort.h.
#include "core/radix_sort.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xld {

void radix_sort(std::vector<uint64_t>& numbers, unsigned first_byte) {
  if (std::is_sorted(numbers.begin(), numbers.end())) return;
  constexpr unsigned kBytes = sizeof(uint64_t);
  const auto byte_of = [](uint64_t number, unsigned byte) { return static_cast<uint8_t>(number >> (8 * byte)); };
  std::array<std::array<uint32_t, 256>, kBytes> counts{};
  for (const uint64_t number : numbers)
    for (unsigned byte = first_byte; byte < kBytes; byte++) counts[byte][byte_of(number, byte)]++;
  std::vector<uint64_t> sorted(numbers.size());
  for (unsigned byte = first_byte; byte < kBytes; byte++) {
    std::array<uint32_t, 256>& next = counts[byte];
    if (next[byte_of(numbers[0], byte)] == numbers.size()) continue;
    uint32_t sum = 0;
    for (uint32_t& count : next) sum += std::exchange(count, sum);
    for (const uint64_t number : numbers) sorted[next[byte_of(number, byte)]++] = number;
    numbers.swap(sorted);
  }
}

}  // namespace xld
