// See linker_sections.h. Runs in the middle of planning: sections of input atoms exist, their order is not settled.
#include "formats/elf/linker_sections.h"

#include <algorithm>

#include "formats/elf/dynamic.h"
#include "formats/elf/elf.h"
#include "formats/elf/frames.h"
#include "formats/elf/headers.h"
#include "formats/elf/notes.h"
#include "formats/elf/relocs.h"
#include "formats/elf/slot_chunks.h"
#include "formats/elf/state.h"
#include "formats/elf/symtab.h"
#include "formats/merge_chunk.h"

namespace xld::elf {

namespace {

constexpr uint32_t kHeadRank = 0;
constexpr uint32_t kSectionHeadersRank = 9999;

bool refers_to_got_base(const Link& link) {
  const SymbolId name = link.symbols.find("_GLOBAL_OFFSET_TABLE_");
  return link.slots.is_got_base_used ||
         (name.is_valid() && link.symbols.has(name, symbol_flag::kReferenced | symbol_flag::kRoot));
}

void add_section_headers(Link& link) {
  if (link.options().nosectionheader) return;
  OutputSection& names = output_section(link, ".shstrtab", SHT_STRTAB, 0);
  state_of(link).section_names = add_chunk<SectionNamesChunk>(link, link);
  names.chunks.push_back(state_of(link).section_names);
  OutputSection& table = link.layout.sections.emplace_back();
  table.rank = kSectionHeadersRank;
  table.type = SHT_NULL;
  table.chunks.push_back(add_chunk<SectionHeadersChunk>(link, link));
}

void add_slots(Link& link) {
  const Slots& slots = link.slots;
  if (slots.got_words != 0)
    output_section(link, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE).chunks.push_back(add_chunk<GotChunk>(link, link));
  if (slots.stub_words != 0 || refers_to_got_base(link))
    output_section(link, ".got.plt", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE)
        .chunks.push_back(add_chunk<StubTableChunk>(link, link));
  if (!slots.stubs.empty())
    output_section(link, ".iplt", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR)
        .chunks.push_back(add_chunk<StubsChunk>(link, link));
}

OutputSection& reloc_section(Link& link, std::string_view stem) {
  const bool is_rela = dynamic_reloc_types(link.target().cpu).has_addend;
  const std::string_view name =
      stem == ".plt" ? (is_rela ? ".rela.plt" : ".rel.plt") : (is_rela ? ".rela.dyn" : ".rel.dyn");
  OutputSection& section = output_section(link, name, is_rela ? SHT_RELA : SHT_REL, SHF_ALLOC);
  section.entry_size = dynamic_reloc_size(link);
  return section;
}

void add_load_relocs(Link& link) {
  if (!is_position_independent(link.target().output)) {
    if (resolver_reloc_count(link) != 0)
      reloc_section(link, ".plt").chunks.push_back(add_chunk<ResolverRelocsChunk>(link, link));
    return;
  }
  auto* relocs = add_chunk<LoadRelocsChunk>(link, link);
  const bool has_relocs = relocs->size() != 0;
  if (has_relocs) reloc_section(link, ".dyn").chunks.push_back(relocs);
  OutputSection& symbols = output_section(link, ".dynsym", SHT_DYNSYM, SHF_ALLOC);
  symbols.entry_size = link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
  symbols.chunks.push_back(add_chunk<ZeroChunk>(link, symbols.entry_size, uint64_t{link.target().word_size}));
  output_section(link, ".dynstr", SHT_STRTAB, SHF_ALLOC).chunks.push_back(add_chunk<ZeroChunk>(link, 1u, 1u));
  OutputSection& dynamic = output_section(link, ".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE);
  dynamic.entry_size = 2 * link.target().word_size;
  dynamic.chunks.push_back(add_chunk<DynamicChunk>(link, link, has_relocs ? relocs : nullptr));
}

void add_frames(Link& link) {
  const auto has_section = [](const InputFile* file) { return !object_of(*file).frame_commons.empty(); };
  const bool has_frames = std::any_of(link.inputs.files.begin(), link.inputs.files.end(), has_section);
  const auto existing =
      std::find_if(link.layout.sections.begin(), link.layout.sections.end(),
                   [](const OutputSection& s) { return s.name == ".eh_frame" && (s.flags & SHF_ALLOC); });
  if (!has_frames && existing == link.layout.sections.end()) return;
  auto* frames = add_chunk<FrameChunk>(link, link);
  state_of(link).frames = frames;
  OutputSection& section = output_section(link, ".eh_frame", SHT_PROGBITS, SHF_ALLOC);
  section.leading_chunks.push_back(frames);
  if (!link.options().eh_frame_header) return;
  output_section(link, ".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC)
      .chunks.push_back(add_chunk<FrameHeaderChunk>(link, link, *frames));
}

void add_notes(Link& link) {
  std::vector<Property> properties = merge_properties(link);
  if (!properties.empty() && link.options().emit_gnu_property)
    output_section(link, ".note.gnu.property", SHT_NOTE, SHF_ALLOC)
        .chunks.push_back(add_chunk<PropertyChunk>(link, link, std::move(properties)));
  if (link.options().build_id == BuildIdKind::None) return;
  state_of(link).build_id = add_chunk<BuildIdChunk>(link, link);
  output_section(link, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC).chunks.push_back(state_of(link).build_id);
}

void add_symbol_table(Link& link) {
  if (link.options().strip == StripMode::All) return;
  auto* table = add_chunk<SymbolTableChunk>(link, link);
  state_of(link).symbol_table = table;
  OutputSection& symbols = output_section(link, ".symtab", SHT_SYMTAB, 0);
  symbols.entry_size = link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
  symbols.chunks.push_back(table);
  output_section(link, ".strtab", SHT_STRTAB, 0).chunks.push_back(add_chunk<SymbolNamesChunk>(link, *table));
}

}  // namespace

OutputSection& output_section(Link& link, std::string_view name, uint32_t type, uint64_t flags) {
  for (OutputSection& section : link.layout.sections)
    if (section.name == name && (section.flags & SHF_ALLOC) == (flags & SHF_ALLOC)) return section;
  OutputSection& section = link.layout.sections.emplace_back();
  section.name = name;
  section.type = type;
  section.flags = flags;
  return section;
}

Chunk* add_merge_chunk(Link& link, uint16_t pool) {
  link.merge_chunks.push_back(add_chunk<MergeChunk>(link, *link.merge_pools[pool]));
  return link.merge_chunks.back();
}

OutputSection& add_head_section(Link& link, Chunk* head) {
  OutputSection& section = link.layout.sections.emplace_back();
  section.rank = kHeadRank;
  section.flags = SHF_ALLOC;
  section.chunks.push_back(head);
  return section;
}

void add_file_tables(Link& link) {
  add_file_tables(link, add_chunk<HeadersChunk>(link, link));
}

void add_file_tables(Link& link, Chunk* headers) {
  add_head_section(link, headers);
  add_section_headers(link);
  add_symbol_table(link);
}

void add_linker_sections(Link& link) {
  add_slots(link);
  add_load_relocs(link);
  add_frames(link);
  add_notes(link);
}

}  // namespace xld::elf
