// See libraries.h.
#include "ld/libraries.h"

namespace xld {

namespace {

// A library that live code takes names from.
void note_needed_libraries(Link& link) {
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link.symbols.flags(id);
    const bool is_used = (flags & symbol_flag::kImported) && (flags & (symbol_flag::kUsed | symbol_flag::kRoot));
    const Claim claim = link.symbols.claim(id);
    if (!is_used || !claim.is_import()) continue;
    InputFile& library = *link.inputs.by_id[claim.file().value];
    // Who imports a name says where it comes from, so that the library is wanted even if the name may be missing.
    const bool is_insisted_on = (flags & (symbol_flag::kStronglyReferenced | symbol_flag::kRoot)) != 0;
    library.is_needed |= is_insisted_on || !library.import_names.empty();
  }
}

}  // namespace

void settle_needed_libraries(Link& link) {
  if (!link.inputs.libraries.empty()) note_needed_libraries(link);
  if (link.format->settle_libraries) link.format->settle_libraries(link);
}

}  // namespace xld
