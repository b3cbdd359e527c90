// The ELF format as the linker sees it: one table of functions.
#pragma once

#include "formats/format.h"

namespace xld::elf {

extern const Format kFormat;

}  // namespace xld::elf
