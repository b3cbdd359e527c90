// Ranges of addresses and what is behind them: the address space as programs see it.
//
// There is no list of ranges beside the page tables: the entries say all. An entry that is not present may still be
// managed (its addresses are taken), may be accessible (a first touch gets a frame of zeros), and may keep a frame
// (memory that was made inaccessible). An inaccessible range costs no tables: one entry marks it at the highest level
// that fits. The frames and tables that touches will need are promised when a range becomes accessible, so memory runs
// out there, with an error number, and not at the touch. Freed ranges give back frames and tables.
#pragma once

#include "kernel_image/runtime/paging.h"

namespace xrt XRT_HIDDEN {

struct Rights {
  bool is_accessible, is_writable, is_executable;
};
inline constexpr Rights kReadWrite = {true, true, false};
inline constexpr Rights kNoRights = {false, false, false};

// Where free addresses are looked for: [low, high), from where the last search ended.
struct AddressRange {
  uint64_t low, high;
  uint64_t next;
};

// Addresses are whole pages in what follows. Results are 0 or a negative error number.

// The first address of so many free pages in a row, or 0.
uint64_t find_empty(AddressRange& range, uint64_t pages);

// Whether the frames for touches are kept for them. Those on demand end the program when there are none, and are for
// what is large and little touched: stacks.
enum class Backing { Promised, OnDemand };

// Maps free addresses to zeros. -EEXIST if one of them is not free, -ENOMEM.
int map_zeros(uint64_t start, uint64_t pages, Rights rights, Backing backing);

// Maps free addresses to given physical memory, such as a device's. Unmapping does not free that.
int map_physical(uint64_t start, uint64_t pages, uint64_t physical, uint64_t bits);

// Frees what is mapped there. -EINVAL if something is not a mapping of this file's, such as the image.
int unmap_range(uint64_t start, uint64_t pages);

// -ENOMEM if something is not mapped, or if memory cannot be promised.
int protect_range(uint64_t start, uint64_t pages, Rights rights);

// Gives every accessible page its frame now. False if memory ran out, which it does not where it was promised.
bool touch_range(uint64_t start, uint64_t pages);

// After a page fault: true if the page only had to be given its frame, and the instruction can go on.
bool fill_touched_page(uint64_t address, uint64_t error);

}  // namespace xrt XRT_HIDDEN
