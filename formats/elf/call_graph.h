// Functions that call each other often stand next to each other, so that fewer pages and cache lines are touched.
//
// Who calls whom, and how often, is in sections of the objects (SHT_LLVM_CALL_GRAPH_PROFILE, written by clang where it
// is given a profile), and the file of --call-graph-ordering-file adds to it: "caller callee count" a line.
#pragma once

#include <vector>

#include "formats/format.h"

namespace xld::elf {

// Code that is called, in the order it should have; nothing if no numbers are known or wanted.
std::vector<AtomId> order_by_calls(Link& link);

}  // namespace xld::elf
