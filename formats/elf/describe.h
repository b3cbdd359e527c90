// How messages and reports name places and symbols of ELF files, and small facts read from their raw symbols.
#pragma once

#include "formats/format.h"

namespace xld::elf {

extern const Descriptions kDescriptions;

// What the file says of the target of a relocation; 0 for sections.
uint64_t symbol_size(const Link& link, const InputFile& file, const Reloc& reloc);

}  // namespace xld::elf
