// Chained fixups: words that hold what the loader makes of them and the way to the next such word of their page.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// LC_DYLD_CHAINED_FIXUPS: the imports, and where in each page the chain starts; and MachoState::chain_steps.
void build_chained_fixups(Link& link);

}  // namespace xld::macho
