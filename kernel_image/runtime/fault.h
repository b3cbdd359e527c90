// Ends that nobody asked for, and what is said about them.
#pragma once

#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

// Prints the frame of an exception and a backtrace, and ends the program.
[[noreturn]] void report_fault(const xrt_frame& frame);

// For where a backtrace would not help.
[[noreturn]] void end_with_message(const char* text, int exit_value);
[[noreturn]] void end_without_memory();

}  // namespace xrt XRT_HIDDEN
