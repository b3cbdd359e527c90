// Exceptions and interrupts: who is called for which vector.
#pragma once

#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

// Quiets what could interrupt before anybody is ready for it.
void start_traps();

// A handler that chooses what goes on: the frame of the interrupted thread or of another one.
using InterruptSwitch = xrt_frame*(xrt_frame* interrupted);
void set_interrupt_switch(unsigned vector, InterruptSwitch* choose);

// Whether an interrupt of a device may do something: the program handles one.
bool has_interrupt_handlers();

}  // namespace xrt XRT_HIDDEN
