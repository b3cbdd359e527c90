// Other names of symbols in objects (N_INDR). <mach-o/nlist.h>: n_value is where the meant name is in the string table.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Gives each the place of what it means. When all definitions have their places.
void settle_aliases(Link& link);

}  // namespace xld::macho
