// Which subsections identical code folding may look at, what their bytes do not say of them, how to unwind them, and
// what the compiler says of addresses: __DATA,__llvm_addrsig has a relocation for each symbol whose address is
// compared.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Format::fold_kind, describing_references, significant_atoms (format.h).
std::optional<FoldKind> fold_kind(const Link& link, const InputFile& file, const Atom& atom);
void append_unwind_references(const Link& link, const InputFile& file, const Atom& atom, std::vector<Reloc>& out);
bool significant_atoms(const Link& link, const InputFile& file, std::vector<AtomId>& out);

}  // namespace xld::macho
