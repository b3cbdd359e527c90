// The state of one thread to memory, and that of another from memory.
#include "kernel_image/runtime/extended_state.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kCr4Xsave = 1 << 18;

bool has_xsave() {
  return read_cr4() & kCr4Xsave;
}

}  // namespace

void prepare_extended_state(uint8_t* place) {
  // An empty header means initial values to XRSTOR; these two words are read all the same, and FXRSTOR reads
  // everything.
  constexpr uint16_t kX87Control = 0x037f;
  constexpr uint32_t kMxcsr = 0x1f80;
  *reinterpret_cast<uint16_t*>(place) = kX87Control;
  *reinterpret_cast<uint32_t*>(place + 24) = kMxcsr;
}

void save_extended_state(uint8_t* place) {
  if (has_xsave())
    asm volatile("xsave64 (%0)" ::"r"(place), "a"(~0u), "d"(~0u) : "memory");
  else
    asm volatile("fxsave64 (%0)" ::"r"(place) : "memory");
}

void load_extended_state(const uint8_t* place) {
  if (has_xsave())
    asm volatile("xrstor64 (%0)" ::"r"(place), "a"(~0u), "d"(~0u) : "memory");
  else
    asm volatile("fxrstor64 (%0)" ::"r"(place) : "memory");
}

}  // namespace xrt XRT_HIDDEN
