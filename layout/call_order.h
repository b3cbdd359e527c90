// An order of functions in which those that call each other stand together, so that few pages are touched: call-chain
// clustering (C3) of G. Ottoni and B. Maher, "Optimizing Function Placement for Large-Scale Data-Center Applications",
// CGO 2017.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace xld {

// `weight` calls of `to` by `from`; functions go by numbers.
struct CallEdge {
  uint32_t from = 0, to = 0;
  uint64_t weight = 0;
};

// Counts are the input's: sums of them stay at the largest number.
constexpr uint64_t add_saturated(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

// All functions, by `sizes`, in that order. No chain grows beyond `largest_chain` bytes. Depends on the numbers alone.
std::vector<uint32_t> order_by_calls(std::span<const uint64_t> sizes, std::span<const CallEdge> edges,
                                     uint64_t largest_chain);

}  // namespace xld
