// What the loader completes: words it adds the slide to (rebases) and words it finds the value of (binds).
//
// Three encodings of the same list: opcodes of LC_DYLD_INFO, chains through the words themselves
// (LC_DYLD_CHAINED_FIXUPS), and, before 10.6, relocation records (classic.h).
#pragma once

#include <cstdint>
#include <vector>

#include "formats/format.h"

namespace xld::macho {

// Fills MachoState::fixups from the words of atoms, of slots and of stubs; when addresses are known.
void gather_fixups(Link& link);

// Makes the tables that this output has.
void build_fixup_tables(Link& link);

// In chains, a word holds what to do with it and where the next one is.
void write_fixup_words(const Link& link, AtomId id, MutableBytes out);

// The same for the words of a chunk in [address, address + out.size()).
void write_chained_words(const Link& link, uint64_t address, MutableBytes out);

}  // namespace xld::macho
