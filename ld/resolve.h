// Resolution: what each name means. Files are read in rounds: those on the command line first, then the archive members
// that define names still wanted, until nothing more is wanted. A round's result depends on the set of its files and
// their ranks only, so it is the same at any thread count.
#pragma once

#include "formats/format.h"
#include "ld/inputs.h"

namespace xld {

// Reads all files that take part, interns their names and settles who defines what. Reports duplicate definitions.
// Afterwards no file is added.
void resolve(Link& link, InputFinder& finder);

// Makes the atoms of all files and of common symbols, in parallel. Afterwards every defined symbol has its place.
void make_atoms(Link& link);

}  // namespace xld
