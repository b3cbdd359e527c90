// Time: the TSC in nanoseconds, and the local APIC's timer as an alarm.
//
// Programs that ask for the time, sleep or have threads carry this file, and only for them the clocks are measured
// against each other before main.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

uint64_t now();

// Interrupts with XRT_VECTOR_TIMER at this time or soon after; earlier if it is seconds away. Replaces the last alarm.
void set_alarm(uint64_t time);

}  // namespace xrt XRT_HIDDEN
