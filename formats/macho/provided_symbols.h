// Names the linker provides: Format::provide_symbols and define_symbols.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// The header of a program.
inline constexpr std::string_view kProgramHeaderName = "__mh_execute_header";

void provide_symbols(Link& link);
void define_symbols(Link& link);

}  // namespace xld::macho
