// --symbol-ordering-file: functions and data in the order of a list, as lld reads it: a symbol a line, global or local;
// `#` begins a comment. What a profile says is used together then stands together.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "formats/format.h"

namespace xld::elf {

// The place in the list of each atom that it names, by the atom's id. Warns of names that stand for no atom.
std::unordered_map<uint32_t, uint32_t> read_symbol_order(Link& link);

}  // namespace xld::elf
