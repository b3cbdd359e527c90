// The orderly end: what was registered for it runs, the latest first. One thread ends the program; others that want to
// as well wait for it.
#include "kernel_image/runtime/exit_functions.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/power.h"

#pragma weak xrt_run_exit_functions
#pragma weak xrt_thread_id
#pragma weak xrt_thread_yield

extern "C" {
using Finalizer = void();
XRT_HIDDEN extern Finalizer* const __fini_array_start[];
XRT_HIDDEN extern Finalizer* const __fini_array_end[];
}

namespace {

uint32_t ending_thread;  // its number

void wait_unless_first() {
  if (xrt_thread_id == nullptr || xrt_thread_yield == nullptr) return;
  const uint32_t self = xrt_thread_id();
  uint32_t other = 0;
  if (__atomic_compare_exchange_n(&ending_thread, &other, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return;
  while (other != self) xrt_thread_yield();
}

}  // namespace

void xrt_exit(int code) {
  wait_unless_first();
  if (xrt_run_exit_functions != nullptr) xrt_run_exit_functions();
  for (Finalizer* const* last = __fini_array_end; last != __fini_array_start;) (*--last)();
  xrt_power_off(xrt::exit_value_of(code));
}

// C's names, for programs that have no others: see memory_functions.cc.
extern "C" {
[[noreturn, gnu::weak]] void exit(int code) {
  xrt_exit(code);
}
[[noreturn, gnu::weak]] void _Exit(int code) {
  xrt_power_off(xrt::exit_value_of(code));
}
}
