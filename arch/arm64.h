// AArch64: the table of the CPU whose instructions all have four bytes. See arch.h.
#pragma once

#include "arch/arch.h"

namespace xld::arm64 {

extern const Arch kArchArm64;

}  // namespace xld::arm64
