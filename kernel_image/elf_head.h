// The heads of ELF images: headers, the records by which loaders find the entries, and code for those that enter in
// another way than the program expects.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// PlanVariant::add_head.
void add_elf_head(Link& link);        // PVH, and 64-bit entry of the Linux protocol
void add_multiboot_head(Link& link);  // and Multiboot 1 and 2
void add_polyglot_head(Link& link);   // and the boot sector of a disk

}  // namespace xld::kernel_image
