// See describe.h.
#include "formats/macho/describe.h"

#include <fmt/core.h>

#include "formats/macho/object.h"

namespace xld::macho {

namespace {

// The last name at or before an address of a section.
std::string_view name_before(const Link& link, const MachoObject& object, uint32_t section, uint64_t address) {
  std::string_view best;
  uint64_t best_address = 0;
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link, object, i);
    if (!is_defined_in_section(raw) || raw.sect != section + 1 || raw.value > address || raw.value < best_address)
      continue;
    best = symbol_name(object, raw);
    best_address = raw.value;
  }
  return best;
}

}  // namespace

std::string describe_place(const Link& link, const Atom& atom, uint64_t offset) {
  if (atom.file.value == 0) return "common symbol";
  const MachoObject& object = object_of(link.inputs.file(atom.file));
  const Subsection& piece = object.subsections[atom.raw];
  const InputSection& section = object.sections[piece.section];
  const std::string place =
      fmt::format("{},{}+{:#x}", section.segment, section.name, piece.address - section.address + offset);
  const std::string_view name = name_before(link, object, piece.section, piece.address + offset);
  return name.empty() ? place : fmt::format("{}, in {}", place, name);
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

}  // namespace xld::macho
