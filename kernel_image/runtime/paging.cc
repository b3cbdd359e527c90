// The recursive mapping.
#include "kernel_image/runtime/paging.h"

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/frames.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kAddressBits = (uint64_t{1} << 48) - 1;

constexpr uint64_t compose(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  return a << 39 | b << 30 | c << 21 | d << 12;
}

constexpr uint64_t kTopTable = compose(kRecursiveSlot, kRecursiveSlot, kRecursiveSlot, kRecursiveSlot);
constexpr uint64_t kWindow = compose(kRecursiveSlot, kRecursiveSlot, kRecursiveSlot, kWindowSlot);

}  // namespace

uint64_t* entry_at(int level, uint64_t address) {
  // What the address has above its offset moves down by one table a level, and the recursive slot takes its place.
  const uint64_t kept = (uint64_t{1} << (48 - 9 * level)) - 1;
  return reinterpret_cast<uint64_t*>((kTopTable & ~kept) | ((address & kAddressBits) >> 9 * level & ~uint64_t{7}));
}

uint64_t* find_page_entry(uint64_t address, bool create) {
  for (int level = kTopLevel; level > 1; --level) {
    uint64_t* entry = entry_at(level, address);
    if (*entry & kPresent) continue;
    if (!create || *entry != 0) return nullptr;
    const uint64_t table = take_frame();
    if (table == kNoFrame) return nullptr;
    *entry = table | kPresent | kWritable;
  }
  return entry_at(1, address);
}

uint64_t without_missing_bits(uint64_t entry) {
  constexpr uint64_t kNxEnabled = 1 << 11;
  return read_msr(Msr::Efer) & kNxEnabled ? entry : entry & ~kNoExecute;
}

bool map_page(uint64_t address, uint64_t entry) {
  InterruptLock lock;
  uint64_t* place = find_page_entry(address, true);
  if (place == nullptr) return false;
  *place = without_missing_bits(entry | kPresent);
  forget_translation(address);
  return true;
}

void map_new_page(uint64_t address) {
  const uint64_t frame = take_frame();
  if (frame == kNoFrame || !map_page(address, frame | kWritable | kNoExecute)) end_without_memory();
}

bool is_mapped(uint64_t address) {
  InterruptLock lock;
  const uint64_t* entry = find_page_entry(address, false);
  return entry != nullptr && (*entry & kPresent);
}

FrameWindow::FrameWindow(uint64_t frame) {
  reinterpret_cast<uint64_t*>(kTopTable)[kWindowSlot] = frame | kPresent | kWritable;
}

FrameWindow::~FrameWindow() {
  reinterpret_cast<uint64_t*>(kTopTable)[kWindowSlot] = 0;
  forget_translation(kWindow);
}

uint64_t* FrameWindow::words() {
  return reinterpret_cast<uint64_t*>(kWindow);
}

void FrameWindow::fill_with_zeros() {
  uint64_t* words = reinterpret_cast<uint64_t*>(kWindow);
  uint64_t count = kPageSize / sizeof(uint64_t);
  asm volatile("rep stosq" : "+D"(words), "+c"(count) : "a"(0) : "memory");
}

}  // namespace xrt XRT_HIDDEN
