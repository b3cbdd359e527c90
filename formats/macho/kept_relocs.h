// -r: relocations stay records, and fields change as far as what they hold depends on addresses of the object.
//
// A record that names a symbol keeps its form; one that names a section or an address (i386) gets those of the output,
// and so does its field. docs/decisions/0013-kept-relocations.md.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Format::kept.
extern const KeptRelocs kKeptRelocs;

// Fills the tables of records, MachoState::kept_relocs, when addresses are known.
void build_kept_relocs(Link& link);

}  // namespace xld::macho
