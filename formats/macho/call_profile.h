// The call profile of objects (__LLVM,__cg_profile): which function calls which how often, as a compiler with a profile
// says. Functions that call each other are placed together.
#pragma once

#include <vector>

#include "formats/format.h"

namespace xld::macho {

// The functions that profiles speak of, best order first; of folded ones, those that stand for them. When atoms know
// their output sections.
std::vector<AtomId> order_of_calls(const Link& link);

}  // namespace xld::macho
