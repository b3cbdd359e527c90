// Format::decode of Mach-O.
#pragma once

#include <string_view>

#include "formats/format.h"
#include "formats/macho/object.h"

namespace xld::macho {

size_t decode(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
              bool reports);

// An error about a record of the section that `piece` is of, which stands for the place `address` in it.
void report_raw_reloc(const Link& link, const InputFile& file, const Subsection& piece, uint64_t address,
                      std::string_view what);

}  // namespace xld::macho
