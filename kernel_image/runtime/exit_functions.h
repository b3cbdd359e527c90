// The ends of threads and of the program, as far as functions were registered for them.
#pragma once

#include "kernel_image/runtime/cpu.h"

// Weak where they are called, so that a program that registers nothing does without.
extern "C" {
XRT_HIDDEN void xrt_run_thread_exit_functions();
XRT_HIDDEN void xrt_run_exit_functions();
}
