// The orderly end: what was registered for it runs, the latest first.
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/power.h"

extern "C" {
using Finalizer = void();
XRT_HIDDEN extern Finalizer* const __fini_array_start[];
XRT_HIDDEN extern Finalizer* const __fini_array_end[];
[[gnu::weak]] XRT_HIDDEN void xrt_run_exit_functions();  // in exit_functions.cc, if anything was registered
}

void xrt_exit(int code) {
  if (xrt_run_exit_functions != nullptr) xrt_run_exit_functions();
  for (Finalizer* const* last = __fini_array_end; last != __fini_array_start;) (*--last)();
  xrt_power_off(xrt::exit_value_of(code));
}
