// The head of --image=elf: ELF headers, and the note by which a loader finds the 32-bit entry.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// PlanVariant::add_head of the ELF kinds.
void add_elf_head(Link& link);

}  // namespace xld::kernel_image
