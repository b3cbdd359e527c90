// What ELF says about identical code folding: sections that mean something by where they stand, and the compiler's list
// of symbols whose address is compared (SHT_LLVM_ADDRSIG, LLVM "Extensions").
#pragma once

#include "formats/format.h"

namespace xld::elf {

// Format::fold_kind, significant_atoms (format.h).
std::optional<FoldKind> fold_kind(const Link& link, const InputFile& file, const Atom& atom);
bool significant_atoms(const Link& link, const InputFile& file, std::vector<AtomId>& out);

}  // namespace xld::elf
