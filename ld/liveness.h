// Liveness: what is needed. One walk over the relocations of live atoms that also records what they need.
#pragma once

#include "formats/format.h"
#include "ld/needs.h"

namespace xld {

// Whether what a live atom refers to is live, too. Debug information does not keep what it describes; unwind records
// are read as companions of the code they describe.
inline bool keeps_targets(const Atom& atom) {
  return !atom.has(atom_flag::kUnwind) && atom.has(atom_flag::kAllocated | atom_flag::kRetained);
}

// Fills Link::is_live, the symbols' needs, local needs and fixup counts. Without --gc-sections every atom lives.
void mark_live(Link& link, NeedsRecorder& needs);

}  // namespace xld
