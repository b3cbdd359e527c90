// Raw ELF relocations as canonical ones: Format::decode.
#pragma once

#include "formats/format.h"

namespace xld::elf {

size_t decode(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
              bool reports);

}  // namespace xld::elf
