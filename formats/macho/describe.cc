// See describe.h.
#include "formats/macho/describe.h"

#include <fmt/core.h>
#include <utility>

#include "core/demangle.h"
#include "formats/macho/object.h"
#include "formats/macho/relocs.h"
#include "formats/macho/source_lines.h"

namespace xld::macho {

namespace {

constexpr std::string_view kNamePrefix = "_";

// The last name at or before an address of a section, and its own address.
std::pair<std::string_view, uint64_t> name_before(const Link& link, const MachoObject& object, uint32_t section,
                                                  uint64_t address) {
  std::string_view best;
  uint64_t best_address = 0;
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link, object, i);
    if (!is_defined_in_section(raw) || raw.sect != section + 1 || raw.value > address || raw.value < best_address)
      continue;
    best = symbol_name(object, raw);
    best_address = raw.value;
  }
  return {best, best_address};
}

std::string describe_place(const Link& link, const Atom& atom, uint64_t offset) {
  if (atom.file.value == 0) return "common symbol";
  const MachoObject& object = object_of(link.inputs.file(atom.file));
  const Subsection& piece = object.subsections[atom.raw];
  const InputSection& section = object.sections[piece.section];
  const uint64_t address = piece.address + offset;
  const auto named = name_before(link, object, piece.section, address);
  if (named.first.empty()) return fmt::format("{},{}+{:#x}", section.segment, section.name, address - section.address);
  return fmt::format("symbol {}+{:#x}", describe_name(link, named.first), address - named.second);
}

// Numbers behind the last symbol are those of sections, which relocations may refer to as well.
std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data) return fmt::format("symbol {}", raw);
  const MachoObject& object = object_of(file);
  if (raw < object.symbol_count) return std::string(symbol_name(object, raw_symbol(link, object, raw)));
  const uint64_t section = uint64_t{raw} - object.symbol_count;
  if (section == 0 || section > object.sections.size()) return fmt::format("symbol {}", raw);
  return fmt::format("section ({},{})", object.sections[section - 1].segment, object.sections[section - 1].name);
}

std::string source_text(const std::optional<SourceLine>& line) {
  return line ? line->text() : std::string();
}

std::string describe_source(const Link& link, const Atom& atom, uint64_t offset) {
  if (atom.file.value == 0) return {};
  const InputFile& file = link.inputs.file(atom.file);
  const Subsection& piece = object_of(file).subsections[atom.raw];
  return source_text(source_line_at(link, file, piece.section, piece.address + offset));
}

DefinitionText describe_definition(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data || raw >= object_of(file).symbol_count) return {};
  const MachoObject& object = object_of(file);
  const RawSymbol symbol = raw_symbol(link, object, raw);
  if (!is_defined_in_section(symbol)) return {};
  const InputSection& section = object.sections[symbol.sect - 1u];
  return {fmt::format("{},{}+{:#x}", section.segment, section.name, symbol.value - section.address),
          source_text(source_line_at(link, file, symbol.sect - 1u, symbol.value))};
}

std::string describe_section(const Link& /*link*/, const InputFile& file, uint32_t raw_section) {
  if (!file.format_data || raw_section >= object_of(file).sections.size())
    return fmt::format("section {}", raw_section);
  const InputSection& section = object_of(file).sections[raw_section];
  return fmt::format("{},{}", section.segment, section.name);
}

std::string section_name(const Link& link, const Atom& atom) {
  if (atom.file.value == 0) return "common symbol";
  const InputFile& file = link.inputs.file(atom.file);
  return describe_section(link, file, object_of(file).subsections[atom.raw].section);
}

// Mach-O symbols have no sizes. Definitions that another file's took the place of count as references to those.
void place_symbol(const MachoObject& object, const RawSymbol& raw, FileSymbol& symbol) {
  const ClaimClass definition = raw.desc & N_WEAK_DEF ? ClaimClass::Coalesced : ClaimClass::Strong;
  symbol.value = raw.value;
  switch (raw.type & N_TYPE) {
    case N_ABS:
      symbol.claim_class = definition;
      return;
    case N_SECT:
      break;
    case N_INDR:
      return;
    default:
      if (raw.value == 0) return;
      symbol.claim_class = ClaimClass::Common;
      symbol.size = raw.value;
      symbol.value = 0;
      return;
  }
  const Subsection* piece = subsection_at(object, raw.sect - 1u, raw.value);
  if (piece && piece->instead.is_valid()) return;
  symbol.claim_class = definition;
  if (!piece) return;
  symbol.atom = piece->atom;
  symbol.value = raw.value - piece->address;
}

std::vector<FileSymbol> list_symbols(const Link& link, const InputFile& file) {
  std::vector<FileSymbol> symbols;
  if (!file.format_data) return symbols;
  const MachoObject& object = object_of(file);
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link, object, i);
    FileSymbol symbol;
    symbol.name = symbol_name(object, raw);
    if (i >= file.first_global && i - file.first_global < file.globals.size()) {
      symbol.global = file.globals[i - file.first_global];
      symbol.name = link.symbols.name(symbol.global);
    } else if (!is_defined_in_section(raw)) {
      continue;
    }
    if (symbol.name.empty()) continue;
    place_symbol(object, raw, symbol);
    symbols.push_back(symbol);
  }
  return symbols;
}

std::string reloc_type(const Link& link, uint32_t raw_type) {
  return reloc_name(link.target().cpu, static_cast<uint8_t>(raw_type));
}

}  // namespace

std::string describe_name(const Link& link, std::string_view name) {
  if (!link.options().demangle) return std::string(name);
  if (name.starts_with(kNamePrefix)) name.remove_prefix(kNamePrefix.size());
  return demangle(name);
}

const Descriptions kDescriptions = {
    .name_prefix = kNamePrefix,
    .defined = "defined in",
    .places_name_sections = false,
    .place = describe_place,
    .source = describe_source,
    .symbol = describe_symbol,
    .definition = describe_definition,
    .section = describe_section,
    .reloc_type = reloc_type,
    .atom_section = section_name,
    .list_symbols = list_symbols,
    .if_not_movable = "recompile with -fPIC, or link with -no_pie",
    .if_loader_writes = "(local relocations in __TEXT); recompile with -fPIC, or link with -no_pie",
    .unlinked_sections = "debug information and what only the linker reads, or coalesced",
};

}  // namespace xld::macho
