// Outputs for systems before 10.6: what the loader completes is said by relocation records and by the indirect symbol
// table, as in the first Mach-O linkers. <mach-o/reloc.h>; <mach-o/loader.h>, "dysymtab_command".
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Local records for words that move with the image, external ones for those that need a symbol. Words of
// __nl_symbol_ptr have entries in the indirect symbol table instead.
void build_classic_relocs(Link& link);

}  // namespace xld::macho
