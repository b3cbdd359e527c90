// Format::plan of Mach-O.
#pragma once

#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kClassicPointerSection = "__DATA,__nl_symbol_ptr";

void plan(Link& link);

// The same for -r.
void plan_relocatable(Link& link);

// The output section of that name, "__TEXT,__text"; nullptr if there is none.
const OutputSection* find_section(const Link& link, std::string_view name);

}  // namespace xld::macho
