// See source_lines.h. Sections of the segment __DWARF; references between them have no relocations.
#include "formats/macho/source_lines.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/dwarf_lines.h"
#include "formats/dwarf_names.h"
#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

const InputSection* find_debug_section(const MachoObject& object, std::string_view name) {
  for (const InputSection& section : object.sections)
    if (section.segment == kDwarfSegment && (section.flags & S_ATTR_DEBUG) && section.name == name) return &section;
  return nullptr;
}

Bytes bytes_of(const InputFile& file, const InputSection* section) {
  return section && !section->is_zero_fill() ? file.bytes.subspan(section->file_offset, section->size) : Bytes();
}

// What the relocation of a field points to, as a section and an offset in it.
std::optional<RelocatedField> target_at(const Link& link, const InputFile& file, const InputSection& lines,
                                        uint64_t place) {
  const MachoObject& object = object_of(file);
  const Cpu cpu = link.target().cpu;
  for (size_t i = 0; i + 8 <= lines.relocs.size(); i += 8) {
    const RawReloc raw = read_raw_reloc(cpu, lines.relocs.data() + i);
    if (raw.address != place) continue;
    const Bytes bytes = bytes_of(file, &lines);
    const uint64_t stored = link.target().word_size == 8 ? read<uint64_t>(bytes, place).value_or(0)
                                                         : read<uint32_t>(bytes, place).value_or(0);
    uint64_t address = stored;
    uint32_t section = static_cast<uint32_t>(object.sections.size());
    if (raw.is_extern && raw.number < object.symbol_count) {
      const RawSymbol symbol = raw_symbol(link, object, raw.number);
      if (!is_defined_in_section(symbol)) return std::nullopt;
      address = symbol.value + stored;
      section = symbol.sect - 1u;
    } else {
      section = section_at(object, address);
    }
    if (section >= object.sections.size()) return std::nullopt;
    return RelocatedField{section, address - object.sections[section].address};
  }
  return std::nullopt;
}

}  // namespace

bool has_debug_information(const MachoObject& object) {
  const InputSection* section = find_debug_section(object, "__debug_info");
  return section && section->size != 0;
}

std::string source_of(const InputFile& file) {
  const MachoObject& object = object_of(file);
  const auto bytes = [&](std::string_view name) { return bytes_of(file, find_debug_section(object, name)); };
  const DwarfNameSections sections = {bytes("__debug_info"), bytes("__debug_abbrev"), bytes("__debug_str"),
                                      bytes("__debug_line_str"), bytes("__debug_str_offs")};
  const auto unit = read_unit(sections.info, 0);
  if (!unit) return {};
  const UnitSource source = read_unit_source(sections, *unit);
  if (source.name.starts_with('/') || source.directory.empty()) return std::string(source.name);
  return fmt::format("{}/{}", source.directory, source.name);
}

std::optional<SourceLine> source_line_at(const Link& link, const InputFile& file, uint32_t section, uint64_t address) {
  const MachoObject& object = object_of(file);
  const InputSection* lines = find_debug_section(object, "__debug_line");
  if (!lines || section >= object.sections.size()) return std::nullopt;
  const DwarfSections sections = {bytes_of(file, lines), bytes_of(file, find_debug_section(object, "__debug_line_str")),
                                  bytes_of(file, find_debug_section(object, "__debug_str"))};
  const auto resolve = [&](uint64_t place) { return target_at(link, file, *lines, place); };
  return find_source_line(sections, resolve, {section, address - object.sections[section].address});
}

}  // namespace xld::macho
