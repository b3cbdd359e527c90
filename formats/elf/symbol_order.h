// The order of functions and data in their output sections where something says one; what it says nothing of follows.
//
// --symbol-ordering-file: a symbol a line, global or local, as lld reads it; --section-ordering-file: a pattern of
// input sections' names a line, as gold does. `#` begins a comment in both. Without either, what calls what
// (call_graph.h).
#pragma once

#include <cstdint>
#include <unordered_map>

#include "formats/format.h"

namespace xld::elf {

// By the atom's id; several may have one place. Warns of names that stand for no atom.
std::unordered_map<uint32_t, uint32_t> read_atom_order(Link& link);

}  // namespace xld::elf
