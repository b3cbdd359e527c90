// See libraries.h.
#include "ld/libraries.h"

namespace xld {

void settle_needed_libraries(Link& link) {
  if (link.inputs.libraries.empty()) return;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link.symbols.flags(id);
    const bool is_used = (flags & symbol_flag::kImported) && (flags & (symbol_flag::kUsed | symbol_flag::kRoot));
    if (!is_used || !(flags & (symbol_flag::kStronglyReferenced | symbol_flag::kRoot))) continue;
    const Claim claim = link.symbols.claim(id);
    if (claim.is_import()) link.inputs.by_id[claim.file().value]->is_needed = true;
  }
}

}  // namespace xld
