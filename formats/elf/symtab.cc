// See symtab.h.
#include "formats/elf/symtab.h"

#include <algorithm>
#include <atomic>

#include "core/atomics.h"
#include "formats/elf/groups.h"
#include "formats/elf/kept_relocs.h"
#include "formats/elf/object.h"
#include "formats/elf/state.h"
#include "formats/slot_values.h"

namespace xld::elf {

namespace {

bool is_hidden(uint32_t flags) {
  return (flags & (symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kLocalised)) != 0;
}

}  // namespace

uint32_t section_at(const Link& link, uint64_t address) {
  uint32_t best = kAbsoluteSection;
  for (const OutputSection& section : link.layout.sections) {
    if (!section.is_allocated || section.name.empty() || section.is_thread_local) continue;
    if (section.address <= address && address <= section.address + section.size) best = section.header_index;
  }
  return best;
}

uint8_t type_from(uint32_t flags) {
  if (flags & symbol_flag::kThreadLocal) return STT_TLS;
  if (flags & symbol_flag::kFunction) return STT_FUNC;
  return flags & symbol_flag::kObject ? STT_OBJECT : STT_NOTYPE;
}

uint8_t visibility_from(uint32_t flags) {
  if (flags & symbol_flag::kInternal) return STV_INTERNAL;
  if (flags & symbol_flag::kHidden) return STV_HIDDEN;
  return flags & symbol_flag::kProtected ? STV_PROTECTED : STV_DEFAULT;
}

SymbolPlace place_of_symbol(const Link& link, SymbolId id) {
  const AtomId atom = link.symbols.atom(id);
  const uint64_t value = link.symbols.value(id);
  if (atom.is_valid())
    return {link.address_of(link.atom(atom), value), link.layout.section(link.atom(atom).section).header_index};
  return {value, link.symbols.has(id, symbol_flag::kAbsolute) ? kAbsoluteSection : section_at(link, value)};
}

namespace {

constexpr uint64_t kNoReference = UINT64_MAX;

// The header index of the output's section for a group of the file; 0: it has none.
uint32_t group_section(const Link& link, const InputFile& file, uint32_t raw_section) {
  const OutputGroup* group = find_group(state_of(link).groups, file.id, raw_section);
  return group ? link.layout.section(group->section).header_index : 0;
}

template <class E>
void number_locals_as(const Link& link, ElfObject& object, const SymbolRun& run,
                      std::span<const uint32_t> of_sections) {
  for (uint32_t i = 0; i < run.symbols.size(); i++) {
    if (run.raw_symbols[i] < object.first_global) object.output_symbols[run.raw_symbols[i]] = run.first_symbol + i;
  }
  for (uint32_t i = 1; i < object.first_global; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    if (type_of(symbol.info) != STT_SECTION) continue;
    const uint32_t section = section_index(object, i, symbol);
    const AtomId atom = section < object.section_count ? object.atom_of[section] : AtomId();
    if (is_linked(link, atom)) object.output_symbols[i] = of_sections[link.atom(atom).section.value];
  }
}

void number_locals(const Link& link, InputFile& file, const SymbolRun& run, std::span<const uint32_t> of_sections,
                   uint32_t worker) {
  ElfObject& object = object_of(file);
  object.output_symbols = link.session.arena(worker).allocate_array<uint32_t>(object.symbol_count);
  std::fill(object.output_symbols.begin(), object.output_symbols.end(), 0);
  link.target().word_size == 8 ? number_locals_as<Elf64>(link, object, run, of_sections)
                               : number_locals_as<Elf32>(link, object, run, of_sections);
}

}  // namespace

SymbolTableChunk::SymbolTableChunk(Link& link) : link_(link) {
  alignment = link.target().word_size;
  if (link.keeps_relocs()) {
    add_section_symbols();
    mark_referenced_symbols(link);
  }
  collect();
  number_runs();
  if (link.keeps_relocs()) number_symbols_of_files();
}

// What relocations of unnamed things are against. Tables that only the linker writes are no such things.
void SymbolTableChunk::add_section_symbols() {
  for (size_t i = 0; i < link_.layout.sections.size(); i++) {
    const OutputSection& section = link_.layout.sections[i];
    const bool has_input = !section.atoms.empty() || !section.leading_chunks.empty();
    if (!section.name.empty() && (has_input || section.is_allocated)) section_symbols_.push_back(SectionId{i});
  }
}

void SymbolTableChunk::collect() {
  const auto& files = link_.inputs.files;
  if (!link_.applies_relocs()) find_first_references();
  runs_.resize(2 * files.size() + 2);
  parallel_for(link_.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    SymbolRun locals, globals;  // grown once; what is kept has the size it needs
    for (size_t i = begin; i < end; i++) {
      add_locals(*files[i], locals);
      add_globals(*files[i], locals, globals);
      runs_[i] = locals;
      runs_[files.size() + 1 + i] = globals;
      locals.clear();
      globals.clear();
    }
  });
  add_linker_symbols();
  if (!link_.applies_relocs()) note_gnu_extensions();
}

// Readers look for these in files of the GNU ABI only.
void SymbolTableChunk::note_gnu_extensions() {
  const auto is_gnu_symbol = [](const OutputSymbol& symbol) {
    return type_of(symbol.info) == STT_GNU_IFUNC || binding_of(symbol.info) == STB_GNU_UNIQUE;
  };
  const auto has_gnu_symbol = [&](const SymbolRun& run) { return std::ranges::any_of(run.symbols, is_gnu_symbol); };
  const auto is_retained_section = [](const OutputSection& section) { return (section.flags & SHF_GNU_RETAIN) != 0; };
  state_of(link_).uses_gnu_extensions =
      std::ranges::any_of(runs_, has_gnu_symbol) || std::ranges::any_of(link_.layout.sections, is_retained_section);
}

// An entry with a type says more than one without; among equals the first counts. Entries that nothing refers to any
// more (--gc-sections) count for nothing.
void SymbolTableChunk::find_first_references() {
  first_references_ = Array<uint64_t>::uninitialized(link_.symbols.size());
  std::fill(first_references_.begin(), first_references_.end(), kNoReference);
  const auto& files = link_.inputs.files;
  parallel_for(link_.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    for (size_t f = begin; f < end; f++) {
      const ElfObject& object = object_of(*files[f]);
      for (uint32_t i = 0; i < files[f]->globals.size(); i++) {
        const SymbolId id = files[f]->globals[i];
        const uint32_t raw = object.first_global + i;
        if (link_.symbols.is_defined(id) || !is_referenced(object, raw)) continue;
        const uint64_t has_no_type = type_of(raw_info(link_, object, raw)) == STT_NOTYPE;
        const uint64_t key = has_no_type << 63 | uint64_t{files[f]->id.value} << 32 | raw;
        const std::atomic_ref<uint64_t> first(first_references_[id.value]);
        lower_to(first, key);
      }
    }
  });
}

void SymbolTableChunk::number_runs() {
  symbol_count_ = 1 + section_symbol_count();  // the null symbol
  names_size_ = 1;                             // the empty name
  const size_t local_runs = link_.inputs.files.size() + 1;
  for (size_t i = 0; i < runs_.size(); i++) {
    runs_[i].first_symbol = symbol_count_;
    runs_[i].first_name = names_size_;
    symbol_count_ += static_cast<uint32_t>(runs_[i].symbols.size());
    names_size_ += runs_[i].names_size;
    state_of(link_).uses_gnu_extensions |= runs_[i].has_gnu_extension;
    if (i + 1 == local_runs) state_of(link_).local_symbol_count = symbol_count_;
  }
}

void SymbolTableChunk::number_symbols_of_files() {
  const auto& files = link_.inputs.files;
  const Array<uint32_t> globals = Array<uint32_t>::zeroed(link_.symbols.size());
  std::vector<uint32_t> of_sections(link_.layout.sections.size());
  for (uint32_t i = 0; i < section_symbol_count(); i++) of_sections[section_symbols_[i].value] = 1 + i;
  const auto note_globals = [&](const SymbolRun& run, const InputFile* file) {
    for (uint32_t i = 0; i < run.symbols.size(); i++) {
      const uint32_t raw = run.raw_symbols[i];
      if (!file) globals[raw] = run.first_symbol + i;
      if (file && raw >= file->first_global)
        globals[file->globals[raw - file->first_global].value] = run.first_symbol + i;
    }
  };
  parallel_for(link_.session.pool, files.size(), 8, [&](size_t begin, size_t end, uint32_t worker) {
    for (size_t f = begin; f < end; f++) {
      number_locals(link_, *files[f], runs_[f], of_sections, worker);
      note_globals(runs_[f], files[f]);
      note_globals(runs_[files.size() + 1 + f], files[f]);
    }
  });
  note_globals(runs_[files.size()], nullptr);
  note_globals(runs_.back(), nullptr);
  parallel_for(link_.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    for (size_t f = begin; f < end; f++) {
      const std::span<uint32_t> numbers = object_of(*files[f]).output_symbols.subspan(files[f]->first_global);
      for (size_t i = 0; i < files[f]->globals.size(); i++) numbers[i] = globals[files[f]->globals[i].value];
    }
  });
}

// ---- picking

bool SymbolTableChunk::is_retained(std::string_view name) const {
  return link_.retains_all_names || link_.retained_names.contains(name);
}

template <class E>
bool SymbolTableChunk::is_kept_local(const ElfObject& object, std::string_view name, uint32_t section) const {
  if (name.empty() || !is_retained(name)) return false;
  const DiscardMode mode = link_.options().discard;
  const bool has_no_table = link_.options().strip == StripMode::All && !link_.options().debug_file;
  if (mode == DiscardMode::AllLocals || has_no_table) return false;
  if (!is_temporary_name(name)) return true;
  if (mode != DiscardMode::Default) return mode == DiscardMode::None;
  // Names of strings say nothing once the strings are shared; as with GNU ld, whether they are in the end or not.
  if (!link_.applies_relocs()) return true;
  return section >= object.section_count || !(section_header<E>(object, section).flags & SHF_MERGE);
}

bool SymbolTableChunk::stays_common(const Claim& claim) const {
  return claim.claim_class() == ClaimClass::Common && !link_.applies_relocs() && !link_.defines_commons;
}

void SymbolTableChunk::add(SymbolRun& run, OutputSymbol symbol, std::string_view name, uint32_t raw_symbol) const {
  symbol.name = name.data();
  symbol.name_size = static_cast<uint32_t>(name.size());
  run.names_size += name.size() + 1;
  run.has_gnu_extension |= type_of(symbol.info) == STT_GNU_IFUNC || binding_of(symbol.info) == STB_GNU_UNIQUE;
  run.symbols.push_back(symbol);
  if (link_.keeps_relocs()) run.raw_symbols.push_back(raw_symbol);
}

template <class E>
void SymbolTableChunk::add_locals_as(const InputFile& file, SymbolRun& run) const {
  const ElfObject& object = object_of(file);
  for (uint32_t i = 1; i < object.first_global; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    if (type_of(symbol.info) == STT_SECTION) continue;
    const uint32_t section = section_index(object, i, symbol);
    OutputSymbol output;
    if (section == kAbsoluteSection) {
      output.section = kAbsoluteSection;
    } else {
      if (section >= object.section_count) continue;
      output.atom = object.atom_of[section];
      if (!is_linked(link_, output.atom)) output.atom = AtomId();
      // The name a group is signed with often stands in the group's own section.
      if (!output.atom.is_valid()) output.section = group_section(link_, file, section);
      if (!output.atom.is_valid() && output.section == SHN_UNDEF) continue;
    }
    const std::string_view name = string_at(object.symbol_names, symbol.name);
    const bool is_needed = !object.is_referenced.empty() && object.is_referenced[i];
    if (!is_needed && !is_kept_local<E>(object, name, section)) continue;
    output.value = symbol.value;
    output.size = symbol.size;
    output.info = symbol.info;
    output.other = symbol.other;
    add(run, output, name, i);
  }
}

template <class E>
void SymbolTableChunk::add_globals_as(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const {
  const ElfObject& object = object_of(file);
  for (uint32_t i = 0; i < file.globals.size(); i++) {
    const SymbolId id = file.globals[i];
    const Claim claim = link_.symbols.claim(id);
    const uint32_t raw = file.first_global + i;
    if (claim.file() != file.id || claim.raw_symbol() != raw || !claim.is_definition()) continue;
    const uint32_t flags = link_.symbols.flags(id);
    if (link_.applies_relocs() && !(flags & symbol_flag::kDefined)) continue;
    const auto symbol = raw_symbol<E>(object, raw);
    OutputSymbol output;
    output.atom = link_.symbols.atom(id);
    output.value = link_.symbols.value(id);
    output.size = claim.claim_class() == ClaimClass::Common ? link_.atom(output.atom).size : uint64_t{symbol.size};
    if (stays_common(claim)) {
      output.value = link_.atom(output.atom).alignment();
      output.section = section_index(object, raw, symbol);
      output.atom = AtomId();
    } else if (!output.atom.is_valid()) {
      output.section = kAbsoluteSection;
    } else if (!link_.is_live[output.atom.value]) {
      continue;
    }
    const uint8_t type = type_of(symbol.info) == STT_COMMON ? STT_OBJECT : type_of(symbol.info);
    const bool is_local = is_hidden(flags) && link_.applies_relocs();
    const bool is_needed = !object.is_referenced.empty() && object.is_referenced[raw];
    if (!is_needed && !is_retained(link_.symbols.name(id))) continue;
    if (!is_needed && is_local && link_.options().discard == DiscardMode::AllLocals) continue;
    output.info = symbol_info(is_local ? STB_LOCAL : binding_of(symbol.info), type);
    output.other = static_cast<uint8_t>((symbol.other & ~3) | visibility_from(flags));
    add(is_local ? locals : globals, output, link_.symbols.name(id), raw);
  }
  if (!link_.applies_relocs()) add_undefined_as<E>(file, globals);
}

template <class E>
void SymbolTableChunk::add_undefined_as(const InputFile& file, SymbolRun& run) const {
  const ElfObject& object = object_of(file);
  for (uint32_t i = 0; i < file.globals.size(); i++) {
    const SymbolId id = file.globals[i];
    const uint64_t first = first_references_[id.value];
    const uint32_t raw = file.first_global + i;
    if ((first & ~(uint64_t{1} << 63)) != (uint64_t{file.id.value} << 32 | raw) || first == kNoReference) continue;
    const uint32_t flags = link_.symbols.flags(id);
    const auto symbol = raw_symbol<E>(object, raw);
    const bool is_weak = !(flags & (symbol_flag::kStronglyReferenced | symbol_flag::kRoot));
    OutputSymbol output;
    output.section = kSpecialSection | SHN_UNDEF;
    output.info = symbol_info(is_weak ? STB_WEAK : STB_GLOBAL, type_of(symbol.info));
    output.other = static_cast<uint8_t>((symbol.other & ~3) | visibility_from(flags));
    add(run, output, link_.symbols.name(id), raw);
  }
}

void SymbolTableChunk::add_locals(const InputFile& file, SymbolRun& run) const {
  link_.target().word_size == 8 ? add_locals_as<Elf64>(file, run) : add_locals_as<Elf32>(file, run);
}

void SymbolTableChunk::add_globals(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const {
  link_.target().word_size == 8 ? add_globals_as<Elf64>(file, locals, globals)
                                : add_globals_as<Elf32>(file, locals, globals);
}

// Names the linker defines or found in libraries, and names nobody defines: in a program those that somebody refers to
// weakly, in a relocatable output those that only options want (files have told the others).
void SymbolTableChunk::add_linker_symbols() {
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link_.symbols.flags(id);
    const bool is_linker_made = (flags & (symbol_flag::kLinkerMade | symbol_flag::kCopied)) != 0;
    const bool is_undefined = !(flags & symbol_flag::kDefined) && is_mentioned(id, flags);
    if ((!is_linker_made && !is_undefined) || !is_retained(link_.symbols.name(id))) continue;
    // An implementation detail of descriptors, and an offset that lies outside of the block.
    if (is_linker_made && (flags & symbol_flag::kThreadLocal)) continue;
    add_linker_symbol(id, flags);
  }
}

bool SymbolTableChunk::is_mentioned(SymbolId id, uint32_t flags) const {
  if (!link_.applies_relocs()) {
    const bool is_told_of = first_references_[id.value] != kNoReference || link_.symbols.is_defined(id);
    return (flags & symbol_flag::kRoot) && !is_told_of;
  }
  const bool is_unused = (flags & symbol_flag::kImported) && !(flags & symbol_flag::kUsed);
  return (flags & symbol_flag::kReferenced) && !is_unused;
}

void SymbolTableChunk::add_linker_symbol(SymbolId id, uint32_t flags) {
  SymbolRun& locals = runs_[link_.inputs.files.size()];
  SymbolRun& globals = runs_.back();
  const bool is_linker_made = (flags & (symbol_flag::kLinkerMade | symbol_flag::kCopied)) != 0;
  const bool is_local = is_linker_made && is_hidden(flags) && link_.applies_relocs();
  // Nobody will look for what is undefined and not imported.
  const bool is_import = (flags & symbol_flag::kImported) && (flags & symbol_flag::kStronglyReferenced);
  const bool is_weak = !is_linker_made && !is_import && link_.applies_relocs();
  OutputSymbol output;
  if (is_linker_made) output.linker_made = id;
  if (flags & symbol_flag::kPointerWord) output.size = link_.arch->word_size;
  if (!is_linker_made) output.section = kSpecialSection | SHN_UNDEF;
  output.info = symbol_info(is_local ? STB_LOCAL : is_weak ? STB_WEAK : STB_GLOBAL, type_from(flags));
  output.other = visibility_from(flags);
  add(is_local ? locals : globals, output, name_in_library(link_, id), id.value);
}

// ---- writing

namespace {

uint64_t entry_size(const Link& link) {
  return link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
}

// gABI: what does not fit into st_shndx stands in SHT_SYMTAB_SHNDX.
uint16_t short_index(uint32_t section) {
  if (section >= kSpecialSection) return static_cast<uint16_t>(section);
  return static_cast<uint16_t>(section < SHN_LORESERVE ? section : SHN_XINDEX);
}

}  // namespace

uint64_t SymbolTableChunk::size() const {
  return symbol_count_ * entry_size(link_);
}

uint64_t SymbolTableChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : runs_[part].first_symbol * entry_size(link_);
}

void SymbolTableChunk::write_part(size_t part, MutableBytes out) const {
  const bool is_64_bit = link_.target().word_size == 8;
  // The first part begins with the null symbol and those of sections.
  if (part == 0) {
    out = out.subspan(entry_size(link_));
    is_64_bit ? write_section_symbols<Elf64>(out) : write_section_symbols<Elf32>(out);
    out = out.subspan(section_symbol_count() * entry_size(link_));
  }
  is_64_bit ? write_as<Elf64>(runs_[part], out) : write_as<Elf32>(runs_[part], out);
}

template <class E>
void SymbolTableChunk::write_section_symbols(MutableBytes out) const {
  uint8_t* place = out.data();
  for (const SectionId id : section_symbols_) {
    const OutputSection& section = link_.layout.section(id);
    typename E::Symbol row{};
    row.info = symbol_info(STB_LOCAL, STT_SECTION);
    row.shndx = short_index(section.header_index);
    row.value = static_cast<typename E::Word>(section.is_allocated ? section.address : 0);
    store(place, row);
    place += sizeof(row);
  }
}

SymbolPlace SymbolTableChunk::place_of(const OutputSymbol& symbol) const {
  SymbolPlace place{symbol.value, symbol.section};
  if (symbol.atom.is_valid()) {
    const Atom& atom = link_.atom(symbol.atom);
    place = {link_.address_of(atom, symbol.value), link_.layout.section(atom.section).header_index};
  } else if (symbol.linker_made.is_valid()) {
    place = place_of_symbol(link_, symbol.linker_made);
  }
  // gABI: the value of a thread-local symbol is its offset in the template.
  const bool is_defined = place.section < kSpecialSection;
  if (type_of(symbol.info) == STT_TLS && is_defined) place.address -= link_.layout.tls_address;
  return place;
}

template <class E>
void SymbolTableChunk::write_as(const SymbolRun& run, MutableBytes out) const {
  uint8_t* position = out.data();
  uint64_t name = run.first_name;
  for (const OutputSymbol& symbol : run.symbols) {
    const SymbolPlace place = place_of(symbol);
    typename E::Symbol row{};
    row.name = static_cast<uint32_t>(name);
    name += symbol.name_size + uint64_t{1};
    row.info = symbol.info;
    row.other = symbol.other;
    row.size = static_cast<typename E::Word>(symbol.size);
    row.shndx = short_index(place.section);
    row.value = static_cast<typename E::Word>(place.address);
    store(position, row);
    position += sizeof(row);
  }
}

uint64_t SymbolNamesChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : table_.runs()[part].first_name;
}

void SymbolNamesChunk::write_part(size_t part, MutableBytes out) const {
  uint8_t* position = out.data();
  if (part == 0) *position++ = 0;
  for (const OutputSymbol& symbol : table_.runs()[part].symbols) {
    position = std::copy_n(symbol.name, symbol.name_size, position);
    *position++ = 0;
  }
}

uint64_t SymbolSectionsChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : uint64_t{table_.runs()[part].first_symbol} * 4;
}

// gABI: zero for symbols whose st_shndx says it all.
void SymbolSectionsChunk::write_part(size_t part, MutableBytes out) const {
  uint8_t* position = out.data();
  const auto add = [&](uint32_t section) {
    store<uint32_t>(position, short_index(section) == SHN_XINDEX ? section : 0);
    position += 4;
  };
  if (part == 0) {
    add(SHN_UNDEF);
    for (uint32_t i = 0; i < table_.section_symbol_count(); i++)
      add(link_.layout.section(table_.section_symbol(i)).header_index);
  }
  for (const OutputSymbol& symbol : table_.runs()[part].symbols) add(table_.place_of(symbol).section);
}

}  // namespace xld::elf
