// See symtab.h.
#include "formats/elf/symtab.h"

#include <algorithm>

#include "formats/elf/object.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

uint32_t add_name(SymbolRun& run, std::string_view name) {
  const auto offset = static_cast<uint32_t>(run.names.size());
  run.names.insert(run.names.end(), name.begin(), name.end());
  run.names.push_back('\0');
  return offset;
}

bool is_hidden(uint32_t flags) {
  return (flags & (symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kLocalised)) != 0;
}

// The section header a symbol with this address belongs to: names of the linker have no atom.
uint32_t section_at(const Link& link, uint64_t address) {
  uint32_t best = SHN_ABS;
  for (const OutputSection& section : link.layout.sections) {
    if (!section.is_allocated || section.name.empty() || section.is_thread_local) continue;
    if (section.address <= address && address <= section.address + section.size) best = section.header_index;
  }
  return best;
}

void add_symbol(SymbolRun& run, const OutputSymbol& symbol) {
  run.has_gnu_extension |= type_of(symbol.info) == STT_GNU_IFUNC || binding_of(symbol.info) == STB_GNU_UNIQUE;
  run.symbols.push_back(symbol);
}

}  // namespace

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
  return {value, link.symbols.has(id, symbol_flag::kAbsolute) ? SHN_ABS : section_at(link, value)};
}

SymbolTableChunk::SymbolTableChunk(Link& link) : link_(link) {
  alignment = link.target().word_size;
  collect();
  number_runs();
}

void SymbolTableChunk::collect() {
  const auto& files = link_.inputs.files;
  runs_.resize(2 * files.size() + 2);
  parallel_for(link_.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      add_locals(*files[i], runs_[i]);
      add_globals(*files[i], runs_[i], runs_[files.size() + 1 + i]);
    }
  });
  add_linker_symbols();
}

void SymbolTableChunk::number_runs() {
  symbol_count_ = 1;  // the null symbol
  names_size_ = 1;    // the empty name
  const size_t local_runs = link_.inputs.files.size() + 1;
  for (size_t i = 0; i < runs_.size(); i++) {
    runs_[i].first_symbol = symbol_count_;
    runs_[i].first_name = names_size_;
    symbol_count_ += static_cast<uint32_t>(runs_[i].symbols.size());
    names_size_ += runs_[i].names.size();
    state_of(link_).uses_gnu_extensions |= runs_[i].has_gnu_extension;
    if (i + 1 == local_runs) state_of(link_).local_symbol_count = symbol_count_;
  }
}

// ---- picking
// ---------------------------------------------------------------------------------------------------------

bool SymbolTableChunk::is_retained(std::string_view name) const {
  return link_.retains_all_names || link_.retained_names.contains(name);
}

template <class E>
bool SymbolTableChunk::is_kept_local(const ElfObject& object, std::string_view name, uint32_t section) const {
  if (name.empty() || !is_retained(name)) return false;
  const DiscardMode mode = link_.options().discard;
  if (mode == DiscardMode::AllLocals) return false;
  if (!is_temporary_name(name)) return true;
  if (mode != DiscardMode::Default) return mode == DiscardMode::None;
  // Names of strings say nothing once the strings are shared; as with GNU ld, whether they are in the end or not.
  return section < object.section_count && !(section_header<E>(object, section).flags & SHF_MERGE);
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
      output.special_section = SHN_ABS;
    } else {
      if (section >= object.section_count) continue;
      output.atom = object.atom_of[section];
      if (!output.atom.is_valid() || output.atom == kDiscardedAtom || !link_.is_live[output.atom.value]) continue;
    }
    const std::string_view name = string_at(object.symbol_names, symbol.name);
    if (!is_kept_local<E>(object, name, section)) continue;
    output.name = add_name(run, name);
    output.value = symbol.value;
    output.size = symbol.size;
    output.info = symbol.info;
    output.other = symbol.other;
    add_symbol(run, output);
  }
}

template <class E>
void SymbolTableChunk::add_globals_as(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const {
  const ElfObject& object = object_of(file);
  for (uint32_t i = 0; i < file.globals.size(); i++) {
    const SymbolId id = file.globals[i];
    const Claim claim = link_.symbols.claim(id);
    if (claim.file() != file.id || claim.raw_symbol() != file.first_global + i || !claim.is_definition()) continue;
    const uint32_t flags = link_.symbols.flags(id);
    if (!(flags & symbol_flag::kDefined)) continue;
    const auto symbol = raw_symbol<E>(object, file.first_global + i);
    OutputSymbol output;
    output.atom = link_.symbols.atom(id);
    output.value = link_.symbols.value(id);
    if (output.atom.is_valid() && !link_.is_live[output.atom.value]) continue;
    if (!output.atom.is_valid()) output.special_section = SHN_ABS;
    output.size = claim.claim_class() == ClaimClass::Common ? link_.atom(output.atom).size : uint64_t{symbol.size};
    const uint8_t type = type_of(symbol.info) == STT_COMMON ? STT_OBJECT : type_of(symbol.info);
    const bool is_local = is_hidden(flags);
    if (!is_retained(link_.symbols.name(id))) continue;
    if (is_local && link_.options().discard == DiscardMode::AllLocals) continue;
    output.info = symbol_info(is_local ? STB_LOCAL : binding_of(symbol.info), type);
    output.other = static_cast<uint8_t>((symbol.other & ~3) | visibility_from(flags));
    SymbolRun& run = is_local ? locals : globals;
    output.name = add_name(run, link_.symbols.name(id));
    add_symbol(run, output);
  }
}

void SymbolTableChunk::add_locals(const InputFile& file, SymbolRun& run) const {
  link_.target().word_size == 8 ? add_locals_as<Elf64>(file, run) : add_locals_as<Elf32>(file, run);
}

void SymbolTableChunk::add_globals(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const {
  link_.target().word_size == 8 ? add_globals_as<Elf64>(file, locals, globals)
                                : add_globals_as<Elf32>(file, locals, globals);
}

// Names the linker defines or found in libraries, and names nobody defines but somebody refers to weakly.
void SymbolTableChunk::add_linker_symbols() {
  SymbolRun& locals = runs_[link_.inputs.files.size()];
  SymbolRun& globals = runs_.back();
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link_.symbols.flags(id);
    const bool is_linker_made = (flags & (symbol_flag::kLinkerMade | symbol_flag::kCopied)) != 0;
    const bool is_unused = (flags & symbol_flag::kImported) && !(flags & symbol_flag::kUsed);
    const bool is_undefined = !(flags & symbol_flag::kDefined) && (flags & symbol_flag::kReferenced) && !is_unused;
    if ((!is_linker_made && !is_undefined) || !is_retained(link_.symbols.name(id))) continue;
    // An implementation detail of descriptors, and an offset that lies outside of the block.
    if (is_linker_made && (flags & symbol_flag::kThreadLocal)) continue;
    OutputSymbol output;
    const bool is_local = is_linker_made && is_hidden(flags);
    if (is_linker_made) output.linker_made = id;
    if (is_undefined) output.special_section = SHN_UNDEF;
    // Nobody will look for what is undefined and not imported.
    const bool is_import = (flags & symbol_flag::kImported) && (flags & symbol_flag::kStronglyReferenced);
    const bool is_weak = is_undefined && !is_import;
    const uint8_t binding = is_local ? STB_LOCAL : is_weak ? STB_WEAK : STB_GLOBAL;
    output.info = symbol_info(binding, type_from(flags));
    output.other = visibility_from(flags);
    SymbolRun& run = is_local ? locals : globals;
    output.name = add_name(run, link_.symbols.name(id));
    add_symbol(run, output);
  }
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------

namespace {

uint64_t entry_size(const Link& link) {
  return link.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
}

}  // namespace

uint64_t SymbolTableChunk::size() const {
  return symbol_count_ * entry_size(link_);
}

uint64_t SymbolTableChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : runs_[part].first_symbol * entry_size(link_);
}

void SymbolTableChunk::write(MutableBytes out) const {
  for (size_t i = 0; i < runs_.size(); i++) write_part(i, out.subspan(part_begin(i)));
}

void SymbolTableChunk::write_part(size_t part, MutableBytes out) const {
  // The first part begins with the null symbol.
  if (part == 0) out = out.subspan(entry_size(link_));
  link_.target().word_size == 8 ? write_as<Elf64>(runs_[part], out) : write_as<Elf32>(runs_[part], out);
}

template <class E>
void SymbolTableChunk::write_as(const SymbolRun& run, MutableBytes out) const {
  uint8_t* place = out.data();
  for (const OutputSymbol& symbol : run.symbols) {
    typename E::Symbol row{};
    row.name = static_cast<uint32_t>(run.first_name + symbol.name);
    row.info = symbol.info;
    row.other = symbol.other;
    row.size = static_cast<typename E::Word>(symbol.size);
    uint64_t value = symbol.value;
    uint32_t section = symbol.special_section;
    if (symbol.atom.is_valid()) {
      const Atom& atom = link_.atom(symbol.atom);
      value = link_.address_of(atom, value);
      section = link_.layout.section(atom.section).header_index;
    } else if (symbol.linker_made.is_valid()) {
      const SymbolPlace symbol_place = place_of_symbol(link_, symbol.linker_made);
      value = symbol_place.address;
      section = symbol_place.section;
    }
    // gABI: the value of a thread-local symbol is its offset in the template.
    if (type_of(symbol.info) == STT_TLS && section != SHN_UNDEF) value -= link_.layout.tls_address;
    row.shndx = static_cast<uint16_t>(section);
    row.value = static_cast<typename E::Word>(value);
    store(place, row);
    place += sizeof(row);
  }
}

uint64_t SymbolNamesChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : table_.runs()[part].first_name;
}

void SymbolNamesChunk::write(MutableBytes out) const {
  for (size_t i = 0; i < part_count(); i++) write_part(i, out.subspan(part_begin(i)));
}

void SymbolNamesChunk::write_part(size_t part, MutableBytes out) const {
  const SymbolRun& run = table_.runs()[part];
  std::copy(run.names.begin(), run.names.end(), out.begin() + (part == 0 ? 1 : 0));
}

}  // namespace xld::elf
