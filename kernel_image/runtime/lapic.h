// The local APIC: end of interrupt, and its timer (Intel SDM volume 3, chapter 11).
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

// Maps and enables it, with every source of interrupts masked but the timer.
void start_lapic();

void end_interrupt();

// The timer fires once, after so many ticks.
void start_lapic_timer(uint32_t ticks);
uint32_t lapic_ticks_left();

}  // namespace xrt XRT_HIDDEN
