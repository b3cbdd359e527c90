// ElfState: what the ELF format keeps for itself during a link (Link::format_state).
#pragma once

#include <cstdint>
#include <memory>

#include "formats/elf/dynamic_relocs.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/elf/groups.h"
#include "formats/elf/slot_chunks.h"
#include "formats/elf/symbol_warnings.h"
#include "formats/elf/versions.h"
#include "formats/format.h"
#include "formats/section_keys.h"

namespace xld::elf {

class FrameChunk;
class SectionNamesChunk;
class BuildIdChunk;
class SymbolTableChunk;
class DebugFileHead;
class DebugLinkChunk;

struct ElfState : FormatState {
  explicit ElfState(uint32_t workers) : section_keys(workers) {}

  OutputKind asked_output = {};  // what the output is if it takes anything from libraries
  SectionKeys section_keys;

  // Chunks that others ask for facts; owned by Link::chunks.
  FrameChunk* frames = nullptr;
  std::vector<SectionNamesChunk*> section_names;  // of the output, and of the file beside it
  BuildIdChunk* build_id = nullptr;
  SymbolTableChunk* symbol_table = nullptr;
  DebugFileHead* debug_head = nullptr;  // of separate debug information
  DebugLinkChunk* debug_link = nullptr;
  // Inputs may have sections of the same names, which stand before these.
  const Chunk* got = nullptr;
  const Chunk* stub_table = nullptr;
  const Chunk* pointers = nullptr;
  StubsChunk* stubs = nullptr;
  LazyStubsChunk* lazy_stubs = nullptr;

  StubForm stub_form = StubForm::Plain;
  SymbolWarnings symbol_warnings;
  std::vector<OutputGroup> groups;  // of a relocatable output, in the order of files and their sections
  // Of outputs with a loader.
  VersionScript version_script;  // of the first read_setting_files of Link::setting_files
  size_t read_setting_files = 0;
  std::unique_ptr<DefinedVersions> defined_versions;
  std::vector<SymbolId> excluded_names;  // by --exclude-libs, and now defined by what a compiler made of such members
  std::unique_ptr<VersionTables> version_tables;
  std::unique_ptr<DynamicSymbols> dynamic_symbols;
  Copies copies;
  PackedRelocsChunk* packed_relocs = nullptr;
  LoadRelocsChunk* load_relocs = nullptr;  // if they are encoded

  bool uses_gnu_extensions = false;  // a symbol type or binding of the GNU ABI is in the output
  uint32_t local_symbol_count = 0;   // of .symtab: its sh_info
  bool has_executable_stack = false;
};

// Libraries that objects ask for, or a compiler, are known only when the inputs have been read (format.cc).
void heed_late_libraries(Link& link);

inline ElfState& state_of(const Link& link) {
  return static_cast<ElfState&>(*link.format_state);
}

}  // namespace xld::elf
