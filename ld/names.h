// Names the user asks for or defines on the command line: -u, -e, --defsym, --wrap and their like.
#pragma once

#include <vector>

#include "core/file_system.h"
#include "formats/format.h"

namespace xld {

class InputFinder;

// --defsym and assignments of scripts: claims above all others. Before anything is extracted from archives.
void define_requested_names(Link& link);
// PROVIDE of scripts: what is referred to and not defined. When it is known what takes part.
void provide_requested_names(Link& link);

// -e, -u, --require-defined, --undefined-glob, and names that --defsym expressions use: wanted as by a reference.
std::vector<SymbolId> requested_names(Link& link);

// --wrap=NAME: undefined references to NAME mean __wrap_NAME, those to __real_NAME mean NAME.
void wrap_references(Link& link, InputFile& file);

// Gives assigned names their values, when addresses are known.
void evaluate_assignments(Link& link);

// ASSERT in scripts: when addresses are known.
void check_assertions(Link& link);

// Settles Link::entry_address; a missing entry is a warning, and the start of the code is taken, as GNU ld does.
void settle_entry(Link& link);

// --retain-symbols-file: one name a line.
void read_retained_names(Link& link, InputFinder& finder);

// Opens version scripts and lists of symbols.
void open_setting_files(Link& link, InputFinder& finder);

// --require-defined names that nobody defines.
void check_required_names(Link& link);

}  // namespace xld
