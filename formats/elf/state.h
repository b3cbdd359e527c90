// ElfState: what the ELF format keeps for itself during a link (Link::format_state).
#pragma once

#include <cstdint>
#include <memory>

#include "formats/elf/dynamic_relocs.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/elf/groups.h"
#include "formats/elf/versions.h"
#include "formats/format.h"
#include "formats/section_keys.h"

namespace xld::elf {

class FrameChunk;
class SectionNamesChunk;
class BuildIdChunk;
class SymbolTableChunk;

struct ElfState : FormatState {
  explicit ElfState(uint32_t workers) : section_keys(workers) {}

  SectionKeys section_keys;

  // Chunks that others ask for facts; owned by Link::chunks.
  FrameChunk* frames = nullptr;
  SectionNamesChunk* section_names = nullptr;
  BuildIdChunk* build_id = nullptr;
  SymbolTableChunk* symbol_table = nullptr;

  std::vector<OutputGroup> groups;  // of a relocatable output, in the order of files and their sections
  // Of outputs with a loader.
  std::unique_ptr<DefinedVersions> defined_versions;
  std::unique_ptr<VersionTables> version_tables;
  std::unique_ptr<DynamicSymbols> dynamic_symbols;
  Copies copies;
  PackedRelocsChunk* packed_relocs = nullptr;

  bool uses_gnu_extensions = false;  // a symbol type or binding of the GNU ABI is in the output
  uint32_t local_symbol_count = 0;   // of .symtab: its sh_info
  bool has_executable_stack = false;
};

inline ElfState& state_of(const Link& link) {
  return static_cast<ElfState&>(*link.format_state);
}

}  // namespace xld::elf
