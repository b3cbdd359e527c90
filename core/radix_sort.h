// Sorting numbers by counting: for tables that are nearly sorted, or have few different values in most of their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace xld {

// Sorts by the bytes from `first_byte` up, 0 the lowest; what is equal in them keeps its order. A byte that is the same
// everywhere costs nothing, and neither does a sorted list.
void radix_sort(std::vector<uint64_t>& numbers, unsigned first_byte = 0);

}  // namespace xld
