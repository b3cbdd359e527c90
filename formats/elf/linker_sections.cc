// See linker_sections.h. Runs in the middle of planning: sections of input atoms exist, their order is not settled.
#include "formats/elf/linker_sections.h"

#include <algorithm>

#include "core/target_table.h"
#include "formats/elf/compressed_contents.h"
#include "formats/elf/debug_file.h"
#include "formats/elf/dynamic.h"
#include "formats/elf/elf.h"
#include "formats/elf/frames.h"
#include "formats/elf/gdb_index.h"
#include "formats/elf/headers.h"
#include "formats/elf/notes.h"
#include "formats/elf/relocs.h"
#include "formats/elf/slot_chunks.h"
#include "formats/elf/state.h"
#include "formats/elf/symtab.h"
#include "formats/elf/versions.h"
#include "formats/merge_chunk.h"
#include "formats/slot_detours.h"

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
  add_section_header_table(link, false);
}

// binutils names stubs after the functions behind them where they stand in a section of this name.
std::string_view stub_section_name(const Link& link) {
  if (!has_loader(link.target().output)) return ".iplt";
  static constexpr std::string_view kNames[] = {".plt.sec", ".plt", ".plt.got", ".plt.sec"};  // by StubForm
  return kNames[static_cast<size_t>(state_of(link).stub_form)];
}

void add_stubs(Link& link) {
  ElfState& state = state_of(link);
  state.stub_form = choose_stub_form(link);
  link.slots.stub_size = stub_code(*link.arch, state.stub_form).size;
  constexpr uint64_t kFlags = SHF_ALLOC | SHF_EXECINSTR;
  if (link.slots.import_words != 0 && has_loader(link.target().output) && !link.options().dynamic.bind_now) {
    state.lazy_stubs = add_chunk<LazyStubsChunk>(link, link);
    OutputSection& section = output_section(link, ".plt", SHT_PROGBITS, kFlags);
    section.entry_size = link.arch->lazy_entry_size;
    section.chunks.push_back(state.lazy_stubs);
  }
  if (link.slots.stubs.empty()) return;
  state.stubs = add_chunk<StubsChunk>(link, link);
  OutputSection& section = output_section(link, stub_section_name(link), SHT_PROGBITS, kFlags);
  section.entry_size = link.slots.stub_size;
  section.chunks.push_back(state.stubs);
}

template <class C>
const Chunk* add_words(Link& link, std::string_view section) {
  C* words = add_chunk<C>(link, link);
  output_section(link, section, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE).chunks.push_back(words);
  return words;
}

void add_slots(Link& link) {
  const Slots& slots = link.slots;
  ElfState& state = state_of(link);
  if (slots.got_words != 0) state.got = add_words<GotChunk>(link, ".got");
  if (slots.stub_words != 0 || refers_to_got_base(link)) state.stub_table = add_words<StubTableChunk>(link, ".got.plt");
  if (!slots.pointers.empty()) state.pointers = add_words<PointersChunk>(link, ".dynptr");
  add_stubs(link);
}

OutputSection& reloc_section(Link& link, std::string_view stem) {
  const bool is_rela = dynamic_reloc_types(link.target().cpu).has_addend;
  const std::string_view name =
      stem == ".plt" ? (is_rela ? ".rela.plt" : ".rel.plt") : (is_rela ? ".rela.dyn" : ".rel.dyn");
  OutputSection& section = output_section(link, name, is_rela ? SHT_RELA : SHT_REL, SHF_ALLOC);
  section.entry_size = dynamic_reloc_size(link);
  return section;
}

// Where the loader of the target usually is, if the driver does not say.
std::string_view interpreter_of(const Link& link) {
  const std::string& given = link.options().dynamic_linker;
  if (!given.empty()) return given;
  return link.target().row->interpreter;
}

void add_copies(Link& link) {
  Copies& copies = state_of(link).copies;
  copies = collect_copies(link);
  constexpr uint64_t kFlags = SHF_ALLOC | SHF_WRITE;
  if (copies.writable) output_section(link, ".bss", SHT_NOBITS, kFlags).chunks.push_back(copies.writable);
  if (copies.read_only) output_section(link, ".bss.rel.ro", SHT_NOBITS, kFlags).chunks.push_back(copies.read_only);
}

void add_hash_tables(Link& link, const DynamicSymbols& symbols) {
  const HashStyle style = link.options().dynamic.hash_style;
  if (style == HashStyle::Both || style == HashStyle::Gnu) {
    OutputSection& section = output_section(link, ".gnu.hash", SHT_GNU_HASH, SHF_ALLOC);
    // Its filter has words of 64 bits on 64-bit CPUs, and the rest of 32: no size fits all entries there.
    if (link.target().word_size == 4) section.entry_size = 4;
    section.chunks.push_back(add_chunk<GnuHashChunk>(link, link, symbols));
  }
  if (style == HashStyle::Both || style == HashStyle::Sysv) {
    OutputSection& section = output_section(link, ".hash", SHT_HASH, SHF_ALLOC);
    section.entry_size = 4;
    section.chunks.push_back(add_chunk<SysvHashChunk>(link, symbols));
  }
}

// An output that relocates itself knows the plain form only.
void add_load_relocs(Link& link, LoadRelocsChunk* relocs) {
  OutputSection& section = reloc_section(link, ".dyn");
  section.chunks.push_back(relocs);
  if (!link.options().dynamic.packs_all_relocs || !has_loader(link.target().output)) return;
  link.encodes_fixups = true;
  state_of(link).load_relocs = relocs;
  section.type = dynamic_reloc_types(link.target().cpu).has_addend ? SHT_ANDROID_RELA : SHT_ANDROID_REL;
  section.entry_size = 1;
}

// The tables of an output that is relocated when it is loaded, by itself or by a loader.
void add_dynamic_tables(Link& link) {
  const bool has_loader_tables = has_loader(link.target().output);
  if (has_loader_tables) add_copies(link);
  state_of(link).dynamic_symbols = std::make_unique<DynamicSymbols>(link);
  DynamicSymbols& symbols = *state_of(link).dynamic_symbols;
  auto* relocs = add_chunk<LoadRelocsChunk>(link, link);
  const bool has_relocs = relocs->count() != 0;
  if (has_relocs) add_load_relocs(link, relocs);
  if (link.packs_fixups && has_packed_words(link)) {
    const uint32_t type = link.options().dynamic.has_android_relr_tags ? SHT_ANDROID_RELR : SHT_RELR;
    OutputSection& section = output_section(link, ".relr.dyn", type, SHF_ALLOC);
    section.entry_size = link.arch->word_size;
    state_of(link).packed_relocs = add_chunk<PackedRelocsChunk>(link, link);
    section.chunks.push_back(state_of(link).packed_relocs);
  }
  StubRelocsChunk* stub_relocs = nullptr;
  if (has_loader_tables && link.slots.stub_words != 0) {
    stub_relocs = add_chunk<StubRelocsChunk>(link, link);
    OutputSection& section = reloc_section(link, ".plt");
    section.flags |= SHF_INFO_LINK;
    section.chunks.push_back(stub_relocs);
  }
  // A library that is a program as well, by -pie, can be run.
  const Options& options = link.options();
  const bool is_run = link.target().output == OutputKind::SharedLibrary ? options.is_pie : !options.no_dynamic_linker;
  if (has_loader_tables && is_run)
    output_section(link, ".interp", SHT_PROGBITS, SHF_ALLOC)
        .chunks.push_back(add_chunk<InterpreterChunk>(link, interpreter_of(link)));
  OutputSection& table = output_section(link, ".dynsym", SHT_DYNSYM, SHF_ALLOC);
  table.entry_size = link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
  table.chunks.push_back(add_chunk<DynamicSymbolsChunk>(link, link, symbols));
  if (has_loader_tables) {
    add_hash_tables(link, symbols);
    add_version_sections(link, symbols);
  }
  const uint64_t dynamic_flags = SHF_ALLOC | (link.options().dynamic.is_read_only ? 0 : SHF_WRITE);
  OutputSection& dynamic = output_section(link, ".dynamic", SHT_DYNAMIC, dynamic_flags);
  dynamic.entry_size = 2 * link.target().word_size;
  dynamic.chunks.push_back(add_chunk<DynamicChunk>(link, link, symbols, has_relocs ? relocs : nullptr, stub_relocs));
  output_section(link, ".dynstr", SHT_STRTAB, SHF_ALLOC)
      .chunks.push_back(add_chunk<DynamicStringsChunk>(link, symbols.strings()));
}

void add_load_relocs(Link& link) {
  const OutputKind kind = link.target().output;
  if (is_position_independent(kind) || has_loader(kind)) return add_dynamic_tables(link);
  if (resolver_reloc_count(link) != 0)
    reloc_section(link, ".plt").chunks.push_back(add_chunk<ResolverRelocsChunk>(link, link));
}

// The runtime's two words end where the thread register points, so that their block has to end there, too: it is as
// large as the strictest alignment of all thread-local data.
void add_tls_slots(Link& link) {
  if ((link.runtime_slots.empty() && link.options().raw_slot_files.empty()) ||
      link.target().output == OutputKind::SharedLibrary)
    return;
  uint64_t size = uint64_t{2} * link.target().word_size;
  for (const OutputSection& section : link.layout.sections) {
    if (!(section.flags & SHF_TLS)) continue;
    for (const AtomId id : section.atoms) size = std::max(size, link.atom(id).alignment());
  }
  output_section(link, ".tbss.runtime", SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS)
      .chunks.push_back(add_chunk<ReservedChunk>(link, size, size));
}

void add_slot_detours(Link& link) {
  if (link.slot_detours.empty()) return;
  auto* detours = add_chunk<SlotDetoursChunk>(link, link);
  link.slot_detours_chunk = detours;
  output_section(link, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR).chunks.push_back(detours);
}

void add_frames(Link& link) {
  const auto has_section = [](const InputFile* file) { return !object_of(*file).frame_commons.empty(); };
  const bool has_frames = std::any_of(link.inputs.files.begin(), link.inputs.files.end(), has_section);
  if (!has_frames && !find_section(link, ".eh_frame")) return;
  auto* frames = add_chunk<FrameChunk>(link, link);
  state_of(link).frames = frames;
  OutputSection& section = output_section(link, ".eh_frame", SHT_PROGBITS, SHF_ALLOC);
  section.leading_chunks.push_back(frames);
  if (!link.options().eh_frame_header || !link.applies_relocs()) return;
  output_section(link, ".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC)
      .chunks.push_back(add_chunk<FrameHeaderChunk>(link, link, *frames));
}

// Start-up files have the notes of their system; what is linked without those gets them here.
void add_identification(Link& link) {
  for (const IdentificationNote& note : link.target().row->notes) {
    const auto& sections = link.layout.sections;
    const auto is_there = [&](const OutputSection& section) { return section.name == note.section; };
    if (std::any_of(sections.begin(), sections.end(), is_there)) continue;
    output_section(link, note.section, SHT_NOTE, SHF_ALLOC)
        .chunks.push_back(add_chunk<IdentificationNoteChunk>(link, note));
  }
}

void add_notes(Link& link) {
  if (link.applies_relocs()) {
    add_identification(link);
    report_missing_features(link);
  }
  std::vector<Property> properties = merge_properties(link);
  if (!properties.empty() && link.options().emit_gnu_property)
    output_section(link, ".note.gnu.property", SHT_NOTE, SHF_ALLOC)
        .chunks.push_back(add_chunk<PropertyChunk>(link, link, std::move(properties)));
  if (!link.options().package_metadata.empty())
    output_section(link, ".note.package", SHT_NOTE, SHF_ALLOC).chunks.push_back(add_chunk<PackageChunk>(link, link));
  if (link.options().build_id == BuildIdKind::None) return;
  state_of(link).build_id = add_chunk<BuildIdChunk>(link, link);
  output_section(link, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC).chunks.push_back(state_of(link).build_id);
}

// A few sections may still come.
constexpr size_t kLateSections = 16;

void add_gdb_index(Link& link) {
  const auto& sections = link.layout.sections;
  if (std::ranges::find(sections, ".debug_info", &OutputSection::name) == sections.end()) return;
  if (!link.options().gdb_index || (link.options().strip != StripMode::None && !link.options().debug_file)) return;
  output_section(link, ".gdb_index", SHT_PROGBITS, 0).coder = add_chunk<GdbIndexContents>(link, link);
}

void add_symbol_table(Link& link) {
  if (link.options().strip == StripMode::All && !link.keeps_relocs()) return;
  OutputSection& symbols = output_section(link, ".symtab", SHT_SYMTAB, 0);
  symbols.entry_size = link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
  if (link.layout.sections.size() + kLateSections >= SHN_LORESERVE)
    output_section(link, ".symtab_shndx", SHT_SYMTAB_SHNDX, 0).entry_size = sizeof(uint32_t);
  output_section(link, ".strtab", SHT_STRTAB, 0);
}

// The file beside the output has a symbol table of its own, with the same contents.
void add_symbols(Link& link, OutputSection& section) {
  SymbolTableChunk*& table = state_of(link).symbol_table;
  if (table) {
    section.chunks.push_back(add_chunk<ChunkCopy>(link, *table));
  } else {
    table = add_chunk<SymbolTableChunk>(link, link);
    section.chunks.push_back(table);
  }
}

}  // namespace

void add_section_header_table(Link& link, bool is_separate) {
  auto* names = add_chunk<SectionNamesChunk>(link, link, is_separate);
  state_of(link).section_names.push_back(names);
  OutputSection& names_section = link.layout.sections.emplace_back();
  names_section.name = ".shstrtab";
  names_section.type = SHT_STRTAB;
  names_section.is_separate = is_separate;
  names_section.chunks.push_back(names);
  OutputSection& table = link.layout.sections.emplace_back();
  table.rank = kSectionHeadersRank;
  table.type = SHT_NULL;
  table.is_separate = is_separate;
  table.chunks.push_back(add_chunk<SectionHeadersChunk>(link, link, *names, is_separate));
}

namespace {

// Tables whose every byte the linker writes.
bool is_whole_table(uint32_t type) {
  constexpr uint32_t kTypes[] = {SHT_SYMTAB,     SHT_STRTAB,      SHT_RELA,       SHT_HASH,         SHT_DYNAMIC,
                                 SHT_REL,        SHT_DYNSYM,      SHT_RELR,       SHT_SYMTAB_SHNDX, SHT_GNU_HASH,
                                 SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM, SHT_ANDROID_RELR};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

}  // namespace

OutputSection& output_section(Link& link, std::string_view name, uint32_t type, uint64_t flags) {
  for (OutputSection& section : link.layout.sections) {
    if (section.name != name || (section.flags & SHF_ALLOC) != (flags & SHF_ALLOC)) continue;
    // What inputs call like such a table stays beside it, as with GNU ld.
    if (!is_whole_table(type) || section.atoms.empty()) return section;
  }
  OutputSection& section = link.layout.sections.emplace_back();
  section.name = name;
  section.type = type;
  section.flags = flags;
  return section;
}

void finish_tables(Link& link) {
  for (SectionNamesChunk* names : state_of(link).section_names) names->place_names();
  choose_compressed_sections(link);
  for (OutputSection& section : link.layout.sections)
    if (section.type == SHT_SYMTAB && section.is_empty()) add_symbols(link, section);
  const SymbolTableChunk* table = state_of(link).symbol_table;
  for (OutputSection& section : link.layout.sections) {
    if (!table || section.is_allocated || !section.is_empty()) continue;
    if (section.name == ".strtab") section.chunks.push_back(add_chunk<SymbolNamesChunk>(link, *table));
    if (section.type == SHT_SYMTAB_SHNDX) section.chunks.push_back(add_chunk<SymbolSectionsChunk>(link, link, *table));
  }
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

void add_headers(Link& link) {
  state_of(link).has_executable_stack = decide_executable_stack(link);
  add_head_section(link, add_chunk<HeadersChunk>(link, link));
}

void add_file_tables(Link& link) {
  add_section_headers(link);
  add_gdb_index(link);
  add_symbol_table(link);
  if (link.options().debug_file && link.applies_relocs()) add_debug_file(link);
}

void add_linker_sections(Link& link) {
  if (link.applies_relocs()) {
    add_slots(link);
    add_load_relocs(link);
  }
  add_tls_slots(link);
  add_slot_detours(link);
  add_frames(link);
  add_notes(link);
}

}  // namespace xld::elf
