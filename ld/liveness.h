// Liveness: what is needed. One walk over the relocations of live atoms that also records what they need.
#pragma once

#include "formats/format.h"
#include "ld/needs.h"

namespace xld {

// Fills Link::is_live, the symbols' needs, local needs and fixup counts. Without --gc-sections every atom lives.
void mark_live(Link& link, NeedsRecorder& needs);

}  // namespace xld
