// Which shared libraries the output names to the loader.
#pragma once

#include "formats/format.h"

namespace xld {

// --as-needed: a library is needed if something live refers to a name that it defines, and not only weakly. After the
// walk over live atoms.
void settle_needed_libraries(Link& link);

}  // namespace xld
