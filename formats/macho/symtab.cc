// See symtab.h.
#include "formats/macho/symtab.h"

#include <algorithm>

#include "formats/macho/debug_map.h"
#include "formats/macho/lazy_stubs.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/objc_lists.h"
#include "formats/macho/provided_symbols.h"
#include "formats/macho/state.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

namespace {

// Assembler labels: no tool wants to see them.
bool is_temporary(std::string_view name) {
  return name.empty() || name[0] == 'L' || name[0] == 'l';
}

constexpr uint16_t kKeptDesc = N_NO_DEAD_STRIP | N_ALT_ENTRY | REFERENCED_DYNAMICALLY;

constexpr size_t kRunLength = 1 << 13;

uint32_t row_count(const OutputSymbol& symbol) {
  return symbol.has_size ? 2 : 1;
}

}  // namespace

SymbolTableChunk::SymbolTableChunk(Link& link) : link_(link) {
  alignment = link.arch->word_size;
  empty_name_ = link.applies_relocs() ? 1 : 0;
  names_size_ = empty_name_ + 1;
  if (link.options().strip == StripMode::All && link.applies_relocs()) return;
  const DarwinOptions& options = link.options().darwin;
  read_name_lists(link, options.kept_local_lists, "-non_global_symbols_no_strip_list", kept_locals_);
  read_name_lists(link, options.dropped_local_lists, "-non_global_symbols_strip_list", dropped_locals_);
  const auto& files = link.inputs.files;
  std::vector<Part> parts(files.size());
  const bool has_debug_map = link.options().strip == StripMode::None && (has_loader(link) || !link.applies_relocs());
  const std::string prefix = debug_map_prefix(link);
  parallel_for(link.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      if (has_debug_map) parts[i].debug_map = make_debug_map(link, *files[i], prefix);
      collect_from(*files[i], parts[i]);
    }
  });
  OutputSymbols defined, undefined, hidden;
  size_t defined_count = 0;
  for (const Part& part : parts) defined_count += part.defined.size();
  defined.reserve(defined_count);
  for (Part& part : parts) {
    defined.insert(defined.end(), part.defined.begin(), part.defined.end());
    part.defined = {};
  }
  collect_linker_symbols(defined, undefined, hidden);
  collect_syntax_trees(hidden);
  link.applies_relocs() ? collect_imports(undefined) : collect_undefined(undefined);
  sort_names(defined, undefined);
  if (!link.applies_relocs()) number_symbols_of_files(parts);
  for (Part& part : parts) add_symbols(std::move(part.debug_map));
  for (Part& part : parts) add_symbols(std::move(part.locals));
  add_symbols(std::move(hidden));
  local_count_ = next_row_;
  add_symbols(std::move(defined));
  defined_count_ = next_row_ - local_count_;
  add_symbols(std::move(undefined));
  undefined_count_ = next_row_ - local_count_ - defined_count_;
  number_symbols();
}

// Loaders that bind by the table search its names.
bool SymbolTableChunk::is_searched() const {
  const Features& features = state_of(link_).features;
  return !features.has_dyld_info && !features.has_chained_fixups;
}

void SymbolTableChunk::sort_names(OutputSymbols& defined, OutputSymbols& undefined) const {
  const auto by_name = [](const OutputSymbol& a, const OutputSymbol& b) { return a.name < b.name; };
  if (is_searched()) {
    std::sort(defined.begin(), defined.end(), by_name);
    std::sort(undefined.begin(), undefined.end(), by_name);
    return;
  }
  // As the link came upon them; where the program starts stands in front.
  std::sort(undefined.begin(), undefined.end(), [](const auto& a, const auto& b) { return a.symbol < b.symbol; });
  if (link_.target().output == OutputKind::SharedLibrary) return;
  const std::string& asked = link_.options().entry;
  const auto start = std::ranges::find(defined, asked.empty() ? link_.target().entry : asked, &OutputSymbol::name);
  if (start != defined.end()) std::rotate(defined.begin(), start, start + 1);
}

// In a file, names go by what they name: absolute and common ones, then those of each section by their addresses.
void SymbolTableChunk::sort_by_place(const InputFile& file, OutputSymbols& symbols,
                                     const std::vector<uint32_t>& raw_symbols) const {
  struct Key {
    uint32_t section;
    uint64_t address;
    uint32_t index;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> keys;
  keys.reserve(symbols.size());
  for (uint32_t i = 0; i < symbols.size(); i++) {
    const RawSymbol raw = raw_symbol(link_, object_of(file), raw_symbols[i]);
    const bool is_placed = is_defined_in_section(raw);
    keys.push_back({is_placed ? raw.sect : 0u, is_placed ? raw.value : 0, i});
  }
  if (std::ranges::is_sorted(keys)) return;
  std::ranges::sort(keys);
  OutputSymbols sorted;
  sorted.reserve(symbols.size());
  for (const Key& key : keys) sorted.push_back(symbols[key.index]);
  symbols = std::move(sorted);
}

// ---- picking

// -add_ast_path
void SymbolTableChunk::collect_syntax_trees(OutputSymbols& locals) const {
  if (link_.options().strip != StripMode::None) return;
  for (const std::string& path : link_.options().darwin.syntax_trees) {
    OutputSymbol symbol;
    symbol.name = path;
    symbol.type = N_AST;
    locals.push_back(symbol);
  }
}

// -x, -non_global_symbols_strip_list, -non_global_symbols_no_strip_list
bool SymbolTableChunk::is_dropped(std::string_view local_name) const {
  if (link_.options().discard == DiscardMode::AllLocals) return true;
  if (!dropped_locals_.is_empty() && dropped_locals_.contains(local_name)) return true;
  return !kept_locals_.is_empty() && !kept_locals_.contains(local_name);
}

void SymbolTableChunk::collect_from(const InputFile& file, Part& part) const {
  const MachoObject& object = object_of(file);
  part.locals.reserve(object.symbol_count);
  part.defined.reserve(file.globals.size());
  std::vector<uint32_t> raw_defined;
  raw_defined.reserve(file.globals.size());
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link_, object, i);
    if (i < file.first_global) {
      collect_local(file, i, part);
      continue;
    }
    const SymbolId id = file.globals[i - file.first_global];
    const Claim claim = link_.symbols.claim(id);
    if (claim.file() == file.id && claim.raw_symbol() == i && claim.is_definition()) collect_global(id, raw, part);
    part.raw_locals.resize(part.locals.size(), i);
    raw_defined.resize(part.defined.size(), i);
  }
  if (!is_searched()) sort_by_place(file, part.defined, raw_defined);
  if (state_of(link_).has_subsections) name_pieces(file, part);
}

// With -r all names stay that relocations may refer to, and that cut sections.
void SymbolTableChunk::collect_local(const InputFile& file, uint32_t index, Part& part) const {
  const RawSymbol raw = raw_symbol(link_, object_of(file), index);
  const bool keeps_all = !link_.applies_relocs();
  OutputSymbol symbol;
  symbol.name = symbol_name(object_of(file), raw);
  if (!keeps_all && (is_temporary(symbol.name) || is_dropped(symbol.name))) return;
  if (!is_stab(raw) && (raw.type & N_TYPE) == N_ABS) {
    symbol.type = N_ABS;
    symbol.value = raw.value;
    part.locals.push_back(symbol);
    if (keeps_all) part.raw_locals.push_back(index);
  }
  if (!is_defined_in_section(raw)) return;
  const Subsection* piece = subsection_of(object_of(file), index);
  if (!piece) return;
  symbol.atom = piece->atom;
  symbol.value = raw.value - piece->address;
  // Another file's copy of the piece was taken, which this is a name of as well.
  if (!symbol.atom.is_valid() && piece->instead.is_valid() && link_.applies_relocs()) {
    symbol.atom = link_.symbols.atom(piece->instead);
    symbol.value += link_.symbols.value(piece->instead);
  }
  if (!symbol.atom.is_valid() || !link_.is_live[symbol.atom.value]) return;
  if (link_.atom(symbol.atom).has(atom_flag::kUnwind)) return;
  symbol.type = N_SECT;
  symbol.desc = raw.desc & kKeptDesc;
  part.locals.push_back(symbol);
  if (keeps_all) part.raw_locals.push_back(index);
}

// -r: a piece without a name at its start would become a part of the piece before it.
void SymbolTableChunk::name_pieces(const InputFile& file, Part& part) const {
  const MachoObject& object = object_of(file);
  std::vector<uint8_t> has_name(object.subsections.size());
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link_, object, i);
    if (!is_defined_in_section(raw) || (raw.desc & N_ALT_ENTRY)) continue;
    const Subsection* piece = subsection_of(object, i);
    if (piece && piece->address == raw.value) has_name[static_cast<size_t>(piece - object.subsections.data())] = 1;
  }
  for (uint32_t i = 0; i < object.subsections.size(); i++) {
    const Subsection& piece = object.subsections[i];
    if (has_name[i] || !piece.atom.is_valid() || !link_.is_live[piece.atom.value]) continue;
    if (!is_cut(object.sections[piece.section]) || link_.atom(piece.atom).size == 0) continue;
    OutputSymbol symbol;
    symbol.name = "l_piece";
    symbol.atom = piece.atom;
    symbol.type = N_SECT;
    part.locals.push_back(symbol);
    part.raw_locals.push_back(object.symbol_count);
  }
}

void SymbolTableChunk::collect_global(SymbolId id, const RawSymbol& raw, Part& part) const {
  OutputSymbol symbol;
  symbol.name = link_.symbols.name(id);
  symbol.symbol = id;
  symbol.atom = link_.symbols.atom(id);
  symbol.value = link_.symbols.value(id);
  symbol.desc = raw.desc & kKeptDesc;
  const bool is_coalesced = link_.symbols.has(id, symbol_flag::kPreemptible) || !link_.applies_relocs();
  if (is_coalesced && link_.symbols.has(id, symbol_flag::kWeak)) symbol.desc |= N_WEAK_DEF;
  if (!link_.applies_relocs() && can_be_hidden(raw)) symbol.desc |= N_WEAK_REF;
  if (symbol.atom.is_valid() && !link_.is_live[symbol.atom.value]) return;
  if (symbol.atom.is_valid() && link_.atom(symbol.atom).has(atom_flag::kUnwind)) return;
  if (!symbol.atom.is_valid() && !link_.symbols.has(id, symbol_flag::kAbsolute)) return;
  symbol.type = symbol.atom.is_valid() ? N_SECT : N_ABS;
  // Hidden names are of this program only: its loader must not find them.
  const bool asks_exports = has_loader(link_) || !link_.applies_relocs();
  const bool is_hidden = link_.symbols.has(id, symbol_flag::kHidden) || (asks_exports && !is_exported(link_, id));
  if (is_hidden && !link_.applies_relocs() && link_.options().darwin.keeps_private_names) {
    symbol.type |= N_PEXT | N_EXT;
    return part.defined.push_back(symbol);
  }
  if (is_hidden && link_.applies_relocs() && (is_dropped(symbol.name) || symbol.name.starts_with(kMadeListPrefix)))
    return;
  if (is_hidden && !link_.applies_relocs()) symbol.desc &= static_cast<uint16_t>(~N_WEAK_DEF);
  symbol.type |= is_hidden ? N_PEXT : N_EXT;
  if ((raw.type & N_TYPE) == N_UNDF) symbol.desc = 0;  // a common symbol's alignment
  (is_hidden ? part.locals : part.defined).push_back(symbol);
}

void SymbolTableChunk::collect_linker_symbols(OutputSymbols& defined, OutputSymbols& undefined,
                                              OutputSymbols& hidden) const {
  if (state_of(link_).loader_word) {
    OutputSymbol symbol;
    symbol.name = kLoaderWordName;
    symbol.type = N_SECT;
    symbol.is_late = true;
    hidden.push_back(symbol);
  }
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link_.symbols.flags(id);
    OutputSymbol symbol;
    symbol.name = link_.symbols.name(id);
    if ((flags & symbol_flag::kLinkerMade) && !(flags & symbol_flag::kHidden)) {
      symbol.symbol = id;
      symbol.is_late = true;
      symbol.type = (flags & symbol_flag::kAbsolute ? N_ABS : N_SECT) | N_EXT;
      if (symbol.name == kProgramHeaderName) symbol.desc = REFERENCED_DYNAMICALLY;
      const bool is_shown = !has_loader(link_) || is_exported(link_, id);
      if (!is_shown) symbol.type = static_cast<uint8_t>((symbol.type & ~N_EXT) | N_PEXT);
      (is_shown ? defined : hidden).push_back(symbol);
    } else if (!has_loader(link_) && link_.applies_relocs() && !(flags & symbol_flag::kDefined) &&
               (flags & symbol_flag::kReferenced)) {
      symbol.symbol = id;
      symbol.type = N_UNDF | N_EXT;
      symbol.desc = N_WEAK_REF;
      undefined.push_back(symbol);
    }
  }
}

void SymbolTableChunk::collect_imports(OutputSymbols& undefined) const {
  for (const Import& import : state_of(link_).imports) {
    OutputSymbol symbol;
    symbol.name = import.name;
    symbol.symbol = import.symbol;
    symbol.type = N_UNDF | N_EXT;
    symbol.desc = static_cast<uint16_t>((static_cast<uint32_t>(import.ordinal) & 0xff) << 8);
    if (import.is_weak_reference) symbol.desc |= N_WEAK_REF;
    if (import.is_weak_definition) symbol.desc |= N_REF_TO_WEAK;
    undefined.push_back(symbol);
  }
}

// -r: what is defined nowhere, and what is common.
void SymbolTableChunk::collect_undefined(OutputSymbols& undefined) const {
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link_.symbols.flags(id);
    const Claim claim = link_.symbols.claim(id);
    OutputSymbol symbol;
    symbol.name = link_.symbols.name(id);
    symbol.symbol = id;
    symbol.type = N_UNDF | N_EXT;
    if (claim.claim_class() == ClaimClass::Common && !link_.options().define_common) {
      const AtomId atom = link_.symbols.atom(id);
      symbol.value = link_.atom(atom).size;
      symbol.desc = static_cast<uint16_t>(link_.atom(atom).alignment_log2 << 8);
      if (flags & symbol_flag::kHidden) symbol.type |= N_PEXT;
    } else if ((flags & symbol_flag::kDefined) || !(flags & symbol_flag::kReferenced)) {
      continue;
    } else if (!(flags & symbol_flag::kStronglyReferenced)) {
      symbol.desc = N_WEAK_REF;
    }
    undefined.push_back(symbol);
  }
}

void SymbolTableChunk::add_run(std::span<const OutputSymbol> symbols) {
  runs_.push_back({symbols, next_row_, static_cast<uint32_t>(names_size_)});
  for (const OutputSymbol& symbol : symbols) {
    if (!symbol.name.empty()) names_size_ += symbol.name.size() + 1;
    next_row_ += row_count(symbol);
  }
}

void SymbolTableChunk::add_symbols(OutputSymbols symbols) {
  const std::span<const OutputSymbol> all = symbols_.emplace_back(std::move(symbols));
  for (size_t i = 0; i < all.size(); i += kRunLength) add_run(all.subspan(i, std::min(kRunLength, all.size() - i)));
}

void SymbolTableChunk::number_symbols_of_files(const std::vector<Part>& parts) {
  uint32_t row = 0;
  for (const Part& part : parts)
    for (const OutputSymbol& symbol : part.debug_map) row += row_count(symbol);
  for (size_t i = 0; i < parts.size(); i++) {
    MachoObject& object = object_of(*link_.inputs.files[i]);
    const std::span<uint32_t> rows = link_.session.arena(0).allocate_array<uint32_t>(object.symbol_count);
    std::fill(rows.begin(), rows.end(), 0);
    for (const uint32_t raw : parts[i].raw_locals) {
      row++;
      if (raw < rows.size()) rows[raw] = row;
    }
    object.output_rows = rows;
  }
}

std::optional<uint32_t> SymbolTableChunk::row_of(const InputFile& file, uint32_t raw_symbol) const {
  if (raw_symbol >= file.first_global && raw_symbol - file.first_global < file.globals.size())
    return index_of(file.globals[raw_symbol - file.first_global]);
  const std::span<const uint32_t> rows = object_of(file).output_rows;
  if (raw_symbol >= rows.size() || rows[raw_symbol] == 0) return std::nullopt;
  return rows[raw_symbol] - 1;
}

void SymbolTableChunk::number_symbols() {
  indexes_.assign(link_.symbols.size(), 0);
  for (const Run& run : runs_) {
    uint32_t row = run.first_row;
    for (const OutputSymbol& symbol : run.symbols) {
      row += row_count(symbol);
      if (symbol.symbol.is_valid()) indexes_[symbol.symbol.value] = row;
    }
  }
}

std::optional<uint32_t> SymbolTableChunk::index_of(SymbolId id) const {
  if (id.value >= indexes_.size() || indexes_[id.value] == 0) return std::nullopt;
  return indexes_[id.value] - 1;
}

// ---- writing

uint64_t SymbolTableChunk::row_size() const {
  return link_.target().word_size == 8 ? sizeof(Macho64::Symbol) : sizeof(Macho32::Symbol);
}

// Names of the linker stand at the edges of sections; the header has none and counts as the first.
uint8_t SymbolTableChunk::section_at(uint64_t place) const {
  uint32_t best = 1;
  for (const OutputSection& section : link_.layout.sections)
    if (section.header_index != 0 && section.address <= place) best = section.header_index;
  return static_cast<uint8_t>(best);
}

RawSymbol SymbolTableChunk::row_for(const OutputSymbol& symbol, uint32_t name_offset) const {
  RawSymbol row{name_offset, symbol.type, symbol.section, symbol.desc, symbol.value};
  if (symbol.atom.is_valid()) {
    const Atom& atom = link_.atom(symbol.atom);
    row.value = link_.address_of(atom, symbol.value);
    row.sect = static_cast<uint8_t>(link_.layout.section(atom.section).header_index);
  } else if (symbol.is_late) {
    row.value = symbol.symbol.is_valid() ? link_.symbols.value(symbol.symbol) : state_of(link_).loader_word->address;
    if ((symbol.type & N_TYPE) == N_SECT) row.sect = section_at(row.value);
  }
  return row;
}

void SymbolTableChunk::write_part(size_t part, MutableBytes out) const {
  if (runs_.empty()) return;
  uint8_t* place = out.data();
  const auto put = [&](const RawSymbol& row) {
    if (link_.target().word_size == 8) {
      store(place, row);
    } else {
      store(place, Macho32::Symbol{row.strx, row.type, row.sect, row.desc, static_cast<uint32_t>(row.value)});
    }
    place += row_size();
  };
  uint32_t name_offset = runs_[part].first_name;
  for (const OutputSymbol& symbol : runs_[part].symbols) {
    put(row_for(symbol, symbol.name.empty() ? empty_name_ : name_offset));
    if (symbol.has_size) put({empty_name_, symbol.type, 0, 0, link_.atom(symbol.atom).size - symbol.value});
    if (!symbol.name.empty()) name_offset += static_cast<uint32_t>(symbol.name.size()) + 1;
  }
}

// The first part begins with the empty name.
void SymbolTableChunk::write_names(size_t part, MutableBytes out) const {
  if (part == 0 && empty_name_ != 0) out[0] = ' ';
  if (runs_.empty()) return;
  uint64_t position = runs_[part].first_name - names_begin(part);
  for (const OutputSymbol& symbol : runs_[part].symbols) {
    if (symbol.name.empty()) continue;
    std::copy(symbol.name.begin(), symbol.name.end(), out.begin() + static_cast<ptrdiff_t>(position));
    position += symbol.name.size() + 1;
  }
}

}  // namespace xld::macho
