// Which subsections identical code folding may look at, and what their bytes do not say of them: how to unwind them.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Format::fold_kind (format.h).
std::optional<uint64_t> fold_kind(const Link& link, const InputFile& file, const Atom& atom);

}  // namespace xld::macho
