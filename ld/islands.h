// Branches that do not reach: where islands stand, and what they have to lead to. CPUs with short branches only.
#pragma once

#include <optional>

#include "formats/format.h"

namespace xld {

// Puts thunks into islands for branches that are out of reach in this layout. True: sizes have changed, and layout
// starts again. Thunks only become more, so this ends.
bool extend_islands(Link& link);

// Tells thunks where they lead, when addresses are settled.
void settle_islands(Link& link);

// The thunk for a branch that does not reach its target.
std::optional<uint64_t> find_thunk(const Link& link, const Atom& atom, const Reloc& reloc, uint64_t place);

}  // namespace xld
