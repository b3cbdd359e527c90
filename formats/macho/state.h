// MachoState: what the Mach-O format keeps for itself during a link (Link::format_state).
#pragma once

#include <cstdint>

#include "formats/format.h"
#include "formats/section_keys.h"

namespace xld::macho {

class HeaderChunk;
class RebaseChunk;
class SymbolTableChunk;
class SymbolNamesChunk;
class IndirectSymbolsChunk;

struct MachoState : FormatState {
  explicit MachoState(uint32_t workers) : section_keys(workers) {}

  SectionKeys section_keys;
  uint32_t platform = 0, minimum_os = 0, sdk = 0;  // LC_BUILD_VERSION; platform 0: nobody says

  // Chunks that the load commands describe; owned by Link::chunks. Those not in this output are null.
  HeaderChunk* header = nullptr;
  RebaseChunk* rebase = nullptr;
  SymbolTableChunk* symbol_table = nullptr;
  IndirectSymbolsChunk* indirect_symbols = nullptr;
  SymbolNamesChunk* symbol_names = nullptr;
};

inline MachoState& state_of(const Link& link) {
  return static_cast<MachoState&>(*link.format_state);
}

}  // namespace xld::macho
