// See describe.h.
#include "formats/elf/describe.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include "core/demangle.h"
#include "formats/elf/object.h"
#include "formats/elf/relocs.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/source_lines.h"

namespace xld::elf {

namespace {

template <class Fn>
auto with_class(const Link& link, Fn fn) {
  return link.target().word_size == 8 ? fn(Elf64()) : fn(Elf32());
}

// The function that covers an offset of a section, if its symbol table says so.
template <class E>
std::string_view function_at(const ElfObject& object, uint32_t section, uint64_t offset) {
  for (uint32_t i = 1; i < object.symbol_count; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    if (type_of(symbol.info) != STT_FUNC || section_index(object, i, symbol) != section) continue;
    if (symbol.value <= offset && offset - symbol.value < symbol.size)
      return string_at(object.symbol_names, symbol.name);
  }
  return {};
}

template <class E>
std::string symbol_text(const ElfObject& object, uint32_t index) {
  if (index >= object.symbol_count) return fmt::format("symbol {}", index);
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (type_of(symbol.info) == STT_SECTION && section < object.section_count)
    return fmt::format("section {}", string_at(object.section_names, section_header<E>(object, section).name));
  return std::string(string_at(object.symbol_names, symbol.name));
}

// "function main: .text+0x1c" where a function covers the offset, else ".text+0x1c".
std::string describe_place(const Link& link, const Atom& atom, uint64_t offset) {
  const InputFile& file = link.inputs.file(atom.file);
  if (!file.format_data) return "COMMON";
  const ElfObject& object = object_of(file);
  const std::string_view function =
      with_class(link, [&](auto e) { return function_at<decltype(e)>(object, atom.raw, offset); });
  const std::string place = fmt::format("{}+{:#x}", section_facts(link, object, atom.raw).name, offset);
  if (function.empty()) return place;
  return fmt::format("function {}: {}", link.options().demangle ? demangle(function) : function, place);
}

std::string describe_source(const Link& link, const Atom& atom, uint64_t offset) {
  const InputFile& file = link.inputs.file(atom.file);
  return file.format_data ? source_of(link, file, atom.raw, offset) : std::string();
}

template <class E>
DefinitionText definition_text(const Link& link, const InputFile& file, uint32_t index) {
  const ElfObject& object = object_of(file);
  if (index >= object.symbol_count) return {};
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (section == SHN_UNDEF) return {};
  if (section == kAbsoluteSection) return {"absolute value", {}};
  if (section >= object.section_count) return {"COMMON", {}};
  return {fmt::format("{}+{:#x}", section_facts(link, object, section).name, uint64_t{symbol.value}),
          source_of(link, file, section, symbol.value)};
}

DefinitionText describe_definition(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data) return {};
  return with_class(link, [&](auto e) { return definition_text<decltype(e)>(link, file, raw); });
}

std::string describe_section(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data || raw >= object_of(file).section_count) return fmt::format("section {}", raw);
  return std::string(section_facts(link, object_of(file), raw).name);
}

// ".text.main"
std::string section_name(const Link& link, const Atom& atom) {
  const InputFile& file = link.inputs.file(atom.file);
  return file.format_data ? std::string(section_facts(link, object_of(file), atom.raw).name) : "COMMON";
}

// The name of a symbol, or "section .rodata".
std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data) return fmt::format("symbol {}", raw);
  return with_class(link, [&](auto e) { return symbol_text<decltype(e)>(object_of(file), raw); });
}

template <class E>
class SymbolLister {
 public:
  SymbolLister(const Link& link, const InputFile& file) : link_(link), file_(file), object_(object_of(file)) {}

  std::vector<FileSymbol> list() {
    for (uint32_t i = 1; i < object_.symbol_count; i++) add(i);
    return std::move(symbols_);
  }

 private:
  void add(uint32_t index) {
    const auto raw = raw_symbol<E>(object_, index);
    FileSymbol symbol;
    symbol.name = string_at(object_.symbol_names, raw.name);
    symbol.value = raw.value;
    symbol.size = raw.size;
    if (index >= object_.first_global) {
      if (index - file_.first_global >= file_.globals.size()) return;
      symbol.global = file_.globals[index - file_.first_global];
      symbol.name = link_.symbols.name(symbol.global);  // --wrap may have changed it
    } else if (type_of(raw.info) == STT_SECTION || type_of(raw.info) == STT_FILE || is_temporary_name(symbol.name)) {
      return;
    }
    if (symbol.name.empty()) return;
    place(section_index(object_, index, raw), binding_of(raw.info) == STB_WEAK, symbol);
    symbols_.push_back(symbol);
  }

  // Definitions in sections that another file provides count as references to those.
  void place(uint32_t section, bool is_weak, FileSymbol& symbol) const {
    const ClaimClass definition = is_weak ? ClaimClass::Weak : ClaimClass::Strong;
    if (section == SHN_UNDEF) return;
    if (section == kCommonSection || section == kLargeCommonSection) {
      symbol.claim_class = ClaimClass::Common;
    } else if (section == kAbsoluteSection) {
      symbol.claim_class = definition;
    } else if (section >= object_.section_count || (section < file_.is_lost.size() && file_.is_lost[section])) {
      return;
    } else {
      symbol.claim_class = definition;
      if (section < object_.atom_of.size() && object_.atom_of[section] != kDiscardedAtom)
        symbol.atom = object_.atom_of[section];
    }
  }

  const Link& link_;
  const InputFile& file_;
  const ElfObject& object_;
  std::vector<FileSymbol> symbols_;
};

// Without symbols that stand for sections and files, and temporary ones (.L).
std::vector<FileSymbol> list_symbols(const Link& link, const InputFile& file) {
  if (!file.format_data) return {};
  return with_class(link, [&](auto e) { return SymbolLister<decltype(e)>(link, file).list(); });
}

std::string reloc_type(const Link& link, uint32_t raw_type) {
  return reloc_name(link.target().cpu, raw_type);
}

uint64_t raw_size(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data || raw >= object_of(file).symbol_count) return 0;
  return with_class(link, [&](auto e) -> uint64_t { return raw_symbol<decltype(e)>(object_of(file), raw).size; });
}

}  // namespace

const Descriptions kDescriptions = {
    .place = describe_place,
    .source = describe_source,
    .symbol = describe_symbol,
    .definition = describe_definition,
    .section = describe_section,
    .reloc_type = reloc_type,
    .atom_section = section_name,
    .list_symbols = list_symbols,
    .if_not_movable = "recompile with -fPIC; for a program -fPIE does as well, or linking with -no-pie",
    .if_loader_writes = "(DT_TEXTREL); recompile with -fPIC or -fPIE, or say -z notext",
    .unlinked_sections = "SHF_EXCLUDE, or stripped",
};

uint64_t symbol_size(const Link& link, const InputFile& file, const Reloc& reloc) {
  if (reloc.target_kind != TargetKind::Symbol) return raw_size(link, file, reloc.raw_symbol);
  const Claim claim = link.symbols.claim(reloc.symbol());
  if (claim.is_import()) {
    const InputFile& library = link.inputs.file(claim.file());
    return library.format_data ? shared_symbol(library_of(library), claim.raw_symbol()).size : 0;
  }
  if (!claim.is_definition()) return 0;
  if (claim.claim_class() == ClaimClass::Common) return link.atom(link.symbols.atom(reloc.symbol())).size;
  return raw_size(link, link.inputs.file(claim.file()), claim.raw_symbol());
}

}  // namespace xld::elf
