// The debug map: symbols that tell dsymutil and debuggers in which object the debug information of which function is.
// <mach-o/stab.h>; LLVM's dsymutil reads them.
#pragma once

#include <string>
#include <string_view>

#include "formats/macho/symtab.h"

namespace xld::macho {

// -oso_prefix: a folder that is there is meant, however it is spelled; "." is the current one and its slash.
std::string debug_map_prefix(const Link& link);

// The entries of one object, in order; none if it has no debug information. Texts are kept by the session. `prefix` is
// what debug_map_prefix() found out for the whole link.
OutputSymbols make_debug_map(const Link& link, const InputFile& file, std::string_view prefix);

}  // namespace xld::macho
