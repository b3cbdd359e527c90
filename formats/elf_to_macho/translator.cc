// Sections and symbols. See translator.h.
#include "formats/elf_to_macho/translator.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr size_t kMostProblems = 20;  // of one object
constexpr uint64_t kLargestSection = uint64_t{1} << 40;
constexpr uint64_t kLargestAlignment = uint64_t{1} << 15;  // <mach-o/loader.h> has no limit, its linkers do

// Marks of assemblers for tools that disassemble.
bool is_mapping_symbol(const ElfSymbol& symbol) {
  return symbol.name.size() >= 2 && symbol.name[0] == '$' && (symbol.name[1] == 'x' || symbol.name[1] == 'd');
}

}  // namespace

Translation Translator::run() {
  check_marks();
  place_sections();
  define_symbols();
  translate_requests();
  for (uint32_t i = 0; i < elf_.sections.size(); i++) {
    if (elf_.sections[i].relocs.empty() || !pieces_[i].place.is_valid()) continue;
    switch (pieces_[i].plan.treatment) {
      case Treatment::Frames:
        translate_frames(i);
        break;
      case Treatment::Debug:
        translate_debug_section(i);
        break;
      default:
        translate_section(i);
    }
  }
  translate_stack_guards();
  clear_thread_pointers();
  auto object = assembler_.finish();
  if (object) {
    result_.object = std::move(*object);
  } else {
    note(object.error().message);
  }
  if (left_out_ != 0) result_.problems.push_back(fmt::format("{} more like these", left_out_));
  return std::move(result_);
}

void Translator::note(std::string problem) {
  if (result_.problems.size() < kMostProblems) {
    result_.problems.push_back(std::move(problem));
  } else {
    left_out_++;
  }
}

void Translator::refuse(const Site& site, std::string_view what) {
  const ElfSymbol& symbol = symbol_at(site);
  const bool is_section = symbol.type == STT_SECTION && symbol.place == SymbolPlace::Section;
  note(fmt::format("section {}: offset {:#x}: {} against {}: {}", elf_.sections[site.section].name, site.reloc->offset,
                   reloc_name(cpu_, site.reloc->type), is_section ? elf_.sections[symbol.section].name : symbol.name,
                   what));
}

// ---- sections

void Translator::place_sections() {
  pieces_.resize(elf_.sections.size());
  for (uint32_t i = 1; i < elf_.sections.size(); i++) {
    pieces_[i].plan = plan_section(elf_.sections[i], cpu_);
    if (pieces_[i].plan.treatment == Treatment::Debug && !prepare_debug_section(i))
      pieces_[i].plan.treatment = Treatment::Dropped;
    place(i);
  }
}

// True if each word of a table that runs backward has one record, so that all words can change places.
bool Translator::can_turn_around(const ElfSection& section) const {
  const uint64_t word = word_size();
  std::vector<uint8_t> has_record(section.size / word);
  for (const ElfReloc& reloc : section.relocs) {
    const RelocRow* row = find_reloc_row(cpu_, reloc.type);
    if (!row || row->form != Form::Address || reloc.offset % word != 0 || reloc.offset / word >= has_record.size())
      return false;
    has_record[reloc.offset / word] = 1;
  }
  return section.size % word == 0 && std::ranges::count(has_record, 0) == 0;
}

void Translator::place(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  Piece& piece = pieces_[index];
  const bool is_empty = section.size == 0 && !section.has_end_symbol;  // assemblers make .data and .bss in any case
  if (piece.plan.treatment == Treatment::Dropped || is_empty) return;
  if (piece.plan.treatment == Treatment::Refused)
    return note(fmt::format("section {}: {}", section.name, piece.plan.advice));
  if (piece.plan.is_backward && !can_turn_around(section))
    return note(
        fmt::format("section {}: it is no table of functions only, which Mach-O needs; use "
                    "__attribute__((constructor)), which makes .init_array",
                    section.name));
  if (section.alignment > kLargestAlignment)
    return note(fmt::format("section {}: alignment {:#x} is larger than 2^15, the most Mach-O linkers know",
                            section.name, section.alignment));
  if (section.size > kLargestSection)
    return note(fmt::format("section {}: its size {:#x} is larger than memory", section.name, section.size));
  const uint32_t target = assembler_.section(piece.plan.segment, piece.plan.name, piece.plan.flags);
  const uint32_t type = piece.plan.flags & SECTION_TYPE;
  const bool is_table = type == S_MOD_INIT_FUNC_POINTERS || type == S_MOD_TERM_FUNC_POINTERS;
  const bool is_array = piece.plan.is_kept || is_table;
  const bool is_plain = !is_literal(piece.plan) && piece.plan.treatment != Treatment::Frames;
  // A label at the end would be one of what follows.
  const bool is_longer = section.has_end_symbol && is_plain && !is_array;
  // Tables of functions have no gaps.
  const uint64_t alignment = is_table ? word_size() : section.alignment;
  piece.place = assembler_.append(target, section.bytes, section.size + is_longer, alignment);
  if (!is_plain) return;
  piece.label = make_label(index, 0);
  if (piece.plan.is_kept) assembler_.symbol(piece.label).desc |= N_NO_DEAD_STRIP;
}

SymbolRef Translator::make_label(uint32_t index, uint64_t offset) {
  const Piece& piece = pieces_[index];
  BuiltSymbol label;
  label.name = fmt::format("L{}", elf_.sections[index].name);
  label.place = {piece.place.section, piece.place.offset + offset};
  if (offset != 0) label.desc = N_ALT_ENTRY;
  return assembler_.add_symbol(std::move(label));
}

// For references that cannot be an offset from the piece's label: to literals, of which the one that stands there is
// meant, and where there is no room for the offset.
SymbolRef Translator::label_at(uint32_t section, uint64_t offset) {
  SymbolRef& label = place_labels_[{section, offset}];
  if (!label.is_valid()) label = make_label(section, offset);
  return label;
}

// ---- symbols

void Translator::define_symbols() {
  symbols_.resize(elf_.symbols.size());
  for (uint32_t i = 1; i < elf_.symbols.size(); i++) {
    const ElfSymbol& symbol = elf_.symbols[i];
    if (symbol.place == SymbolPlace::Undefined || symbol.type == STT_SECTION || symbol.type == STT_FILE) continue;
    if (symbol.place == SymbolPlace::Section && !pieces_[symbol.section].place.is_valid()) continue;
    if (symbol.type == STT_GNU_IFUNC) {
      note(
          fmt::format("symbol {}: its address is chosen when the program is loaded (IFUNC), which Mach-O does not "
                      "have; compile without ifunc and target_clones attributes",
                      symbol.name));
      continue;
    }
    if (symbol.type == STT_TLS) {
      if (symbol.is_global()) descriptor_of(i, Site());
      continue;
    }
    const bool is_named = symbol.type == STT_FUNC || symbol.type == STT_OBJECT;
    if (symbol.is_global() || (is_named && !symbol.name.empty() && !is_mapping_symbol(symbol))) symbol_of(i, nullptr);
  }
}

bool Translator::is_coalesced(const ElfSymbol& symbol) const {
  return symbol.place == SymbolPlace::Section && elf_.sections[symbol.section].is_in_group;
}

std::string Translator::name_of(const ElfSymbol& symbol) const {
  // What assemblers keep to themselves is known by an L.
  if (!symbol.is_global() && symbol.name.starts_with(".L")) return std::string(symbol.name.substr(1));
  return prefix() + std::string(symbol.name);
}

void Translator::set_binding(const ElfSymbol& symbol, BuiltSymbol& built) const {
  if (!symbol.is_global()) return;
  built.type |= N_EXT;
  if (symbol.visibility == STV_HIDDEN || symbol.visibility == STV_INTERNAL) built.type |= N_PEXT;
  const bool is_weak = symbol.binding == STB_WEAK || symbol.binding == STB_GNU_UNIQUE || is_coalesced(symbol);
  if (is_weak && symbol.place == SymbolPlace::Section) built.desc |= N_WEAK_DEF;
}

SymbolRef Translator::make_undefined(std::string name, bool is_weak) {
  SymbolRef& known = undefined_[name];
  if (known.is_valid()) return known;
  BuiltSymbol built;
  built.name = std::move(name);
  built.type = N_EXT;
  if (is_weak) built.desc = N_WEAK_REF;
  return known = assembler_.add_symbol(std::move(built));
}

// `site`: who asks, for messages; none: nobody.
SymbolRef Translator::symbol_of(uint32_t index, const Site* site) {
  if (!symbols_[index].is_valid()) symbols_[index] = make_symbol(index, site);
  return symbols_[index];
}

SymbolRef Translator::make_symbol(uint32_t index, const Site* site) {
  const ElfSymbol& symbol = elf_.symbols[index];
  BuiltSymbol built;
  switch (symbol.place) {
    case SymbolPlace::Undefined: {
      std::string name = edge_symbol_name(symbol.name);
      if (name.empty()) name = name_of(symbol);
      return make_undefined(std::move(name), symbol.binding == STB_WEAK);
    }
    case SymbolPlace::Absolute:
      built.type = N_ABS;
      built.value = symbol.value;
      break;
    case SymbolPlace::Common:
      built.value = std::max<uint64_t>(symbol.size, 1);
      if (is_power_of_two(symbol.value))
        built.desc = static_cast<uint16_t>(std::min(std::countr_zero(symbol.value), 15) << 8);
      break;
    case SymbolPlace::Section:
      return make_placed(symbol, site);
  }
  built.name = name_of(symbol);
  set_binding(symbol, built);
  return assembler_.add_symbol(std::move(built));
}

SymbolRef Translator::make_placed(const ElfSymbol& symbol, const Site* site) {
  const Piece& piece = pieces_[symbol.section];
  if (!piece.place.is_valid()) {
    if (site)
      refuse(*site, fmt::format("section {} is not part of a Mach-O program", elf_.sections[symbol.section].name));
    return {};
  }
  if (symbol.type == STT_SECTION) return piece.label.is_valid() ? piece.label : label_at(symbol.section, 0);
  BuiltSymbol built;
  built.name = name_of(symbol);
  built.place = {piece.place.section, piece.place.offset + symbol.value};
  set_binding(symbol, built);
  // The label begins the piece, unless the linker may take another file's piece for the symbol's sake.
  if (symbol.value != 0 || ((built.desc & N_WEAK_DEF) && !is_coalesced(symbol))) built.desc |= N_ALT_ENTRY;
  return assembler_.add_symbol(std::move(built));
}

Translation translate(Bytes elf_object, const TranslationSettings& settings) {
  auto elf = ElfView::open(elf_object, settings.cpu);
  if (!elf) return {{}, {elf.error().message}};
  return Translator(std::move(*elf), settings).run();
}

}  // namespace xld::elf_to_macho
