// The debug map: symbols that tell dsymutil and debuggers in which object the debug information of which function is.
// <mach-o/stab.h>; LLVM's dsymutil reads them.
#pragma once

#include <vector>

#include "formats/macho/symtab.h"

namespace xld::macho {

// The entries of one object, in order; none if it has no debug information. Texts are kept by the session.
OutputSymbols make_debug_map(const Link& link, const InputFile& file);

}  // namespace xld::macho
