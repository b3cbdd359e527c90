// Common symbols: names without a place. The largest offer of each gets zero-filled space of its own.
#pragma once

#include "formats/format.h"

namespace xld {

// How many atoms make_common_atoms() may need at most.
uint32_t count_common_symbols(const Link& link);

// As GNU ld: a library's variable with a value is meant by common symbols of its name, and one without is a further
// offer of space. Before atoms are made.
void compare_commons_with_libraries(Link& link);

// Makes an atom for each name whose common offers won and places the name in it.
void make_common_atoms(Link& link);

}  // namespace xld
