// Switching off by ACPI.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

// Returns if the machine has no ACPI tables, or does not do what they say.
void power_off_by_acpi();

}  // namespace xrt XRT_HIDDEN
