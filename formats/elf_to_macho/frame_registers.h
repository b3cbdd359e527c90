// Call frame information of i386 with Darwin's numbers of registers: it swaps those of the frame and the stack pointer.
#pragma once

#include <optional>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::elf_to_macho {

// Changes the numbers in a section in ELF's form, in place. Error: a record that is not understood.
std::optional<Error> swap_frame_registers(MutableBytes section);

}  // namespace xld::elf_to_macho
