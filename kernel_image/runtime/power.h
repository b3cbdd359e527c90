// What a program's exit code becomes on the way out: see the table in xrt.h.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

int exit_value_of(int code);

}  // namespace xrt XRT_HIDDEN
