// Format::decode of Mach-O.
#pragma once

#include "formats/format.h"

namespace xld::macho {

size_t decode(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
              bool reports);

}  // namespace xld::macho
