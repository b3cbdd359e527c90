// Identical code folding: of atoms whose bytes and references are the same, one is linked and stands for all.
//
// Two functions that call each other's twins are identical, too, so sameness is found from above: everything that looks
// alike is one class at first, and classes are split until the members of each refer to the same classes (partition
// refinement). What is compared is exact; hashes only find what is worth comparing. The result does not depend on
// threads.
//
// Folded atoms keep their names, at the address of their leader: the first of its class in input order.
#pragma once

#include "formats/format.h"

namespace xld {

// After liveness, before layout: marks folded atoms (atom_flag::kFolded) and notes their leaders in Link::folded.
void fold_identical(Link& link);

// After addresses are given: folded atoms take those of their leaders.
void settle_folded(Link& link);

}  // namespace xld
