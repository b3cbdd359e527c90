// Page tables, seen through themselves.
//
// Slot 0x42 of the top table points to the top table, so every table of the address space is at an address that shifts
// compute (Intel SDM volume 3, 4.5). Slot 0x43 is empty but while a FrameWindow has one frame in it, whatever that
// frame is. Addresses of programs are below slot 0x42. A range of addresses without memory can be marked at any level:
// an entry that is not present keeps the bits of mapping.h, and stands for all pages below it.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

inline constexpr uint64_t kRecursiveSlot = 0x42;
inline constexpr uint64_t kWindowSlot = 0x43;
inline constexpr uint64_t kProgramLimit = kRecursiveSlot << 39;
inline constexpr uint64_t kRuntimeArea = uint64_t{0x44} << 39;  // what the runtime maps for itself

// Bits of an entry.
inline constexpr uint64_t kPresent = 1 << 0;
inline constexpr uint64_t kWritable = 1 << 1;
inline constexpr uint64_t kUncached = 1 << 4;
inline constexpr uint64_t kNoExecute = uint64_t{1} << 63;
inline constexpr uint64_t kFrameBits = 0x000ffffffffff000;

inline constexpr int kTopLevel = 4;

constexpr uint64_t pages_at_level(int level) {
  return uint64_t{1} << (9 * (level - 1));
}

// The entry of a level (1 to 4) that translates an address. The levels above must be present.
uint64_t* entry_at(int level, uint64_t address);

// The entry of the lowest level, its tables made if they are not there. Null if there is no memory for them, or if the
// address belongs to a marked range that is not split yet (and `create` is off).
uint64_t* find_page_entry(uint64_t address, bool create);

// Maps one page of the runtime's own. False if there is no memory for tables.
bool map_page(uint64_t address, uint64_t entry);

// Maps a page of the runtime's own to a new frame of zeros; no return without memory.
void map_new_page(uint64_t address);

// Whether a read of this address would succeed: for looking at memory that may be damaged.
bool is_mapped(uint64_t address);

// The bits that the CPU has: no NX without EFER.NXE.
uint64_t without_missing_bits(uint64_t entry);

// One frame, readable and writable at an address of its own while the object lives. One at a time.
class FrameWindow {
 public:
  explicit FrameWindow(uint64_t frame);
  ~FrameWindow();
  FrameWindow(const FrameWindow&) = delete;
  FrameWindow& operator=(const FrameWindow&) = delete;

  uint64_t* words();
  void fill_with_zeros();
};

}  // namespace xrt XRT_HIDDEN
