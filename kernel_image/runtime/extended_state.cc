// The control registers that switch the extensions on.
#include "kernel_image/runtime/extended_state.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kCr0Emulate = 1 << 2;
constexpr uint64_t kCr0MonitorAndErrors = 1 << 1 | 1 << 5;
constexpr uint64_t kCr4Fxsave = 1 << 9;
constexpr uint64_t kCr4SimdExceptions = 1 << 10;
constexpr uint64_t kCr4Xsave = 1 << 18;
constexpr uint32_t kHasXsave = 1 << 26;  // CPUID 1, ECX
constexpr uint32_t kXsaveLeaf = 0xd;
constexpr uint64_t kFxsaveSize = 512;

uint64_t state_size;

void set_enabled_states(CpuId supported) {
  // MPX (bits 3 and 4) is gone from CPUs, and AMX (17 and 18) needs more than a bit: a program asks for it elsewhere.
  constexpr uint32_t kWanted = 0xe7;
  asm volatile("xsetbv" ::"c"(0), "a"(supported.a & kWanted), "d"(0));
}

}  // namespace

void enable_extended_state() {
  write_cr0((read_cr0() & ~kCr0Emulate) | kCr0MonitorAndErrors);
  write_cr4(read_cr4() | kCr4Fxsave | kCr4SimdExceptions);
  state_size = kFxsaveSize;
  if (read_cpuid(1).c & kHasXsave) {
    write_cr4(read_cr4() | kCr4Xsave);
    set_enabled_states(read_cpuid(kXsaveLeaf));
    state_size = read_cpuid(kXsaveLeaf).b;  // for what is enabled now
  }
  asm volatile("fninit");
}

uint64_t extended_state_size() {
  return state_size;
}

}  // namespace xrt XRT_HIDDEN
