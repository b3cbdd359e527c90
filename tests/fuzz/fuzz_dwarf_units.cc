// Debug information for an index: four sizes of 16 bits, then .debug_info, .debug_abbrev, .debug_rnglists and
// .debug_addr; the rest is read as .debug_ranges, .debug_aranges and .debug_gnu_pubnames.
#include "formats/dwarf_names.h"
#include "formats/dwarf_units.h"
#include "formats/gdb_index.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes all(data, size);
  Bytes parts[4];
  uint64_t position = 8;
  for (size_t i = 0; i < 4; i++) {
    const auto part_size = read<uint16_t>(all, i * 2);
    const auto part = part_size ? slice(all, position, *part_size) : std::nullopt;
    if (!part) return 0;
    parts[i] = *part;
    position += *part_size;
  }
  const Bytes rest = all.subspan(position);
  const DwarfRangeSections sections{parts[1], parts[3], rest, parts[2]};
  GdbIndexFacts facts;
  for (const bool is_types_section : {false, true}) {
    for (const DwarfUnit& unit : read_units(parts[0], is_types_section)) {
      std::vector<AddressRange> ranges;
      read_unit_ranges(parts[0], unit, sections, ranges);
      for (const AddressRange& range : ranges) facts.ranges.push_back({range.low, range.high, 0});
      facts.units.push_back({unit.offset, unit.size});
      std::deque<std::string> storage;
      std::vector<DefinedName> names;
      read_defined_names({parts[0], parts[1], rest, rest, parts[3]}, unit, storage, names);
    }
  }
  for (const UnitRange& entry : read_address_table(rest))
    facts.ranges.push_back({entry.range.low, entry.range.high, 0});
  facts.names.emplace_back();
  for (const PublicName& name : read_public_names(rest)) facts.names[0].push_back({name.name, 0, name.kind});
  ThreadPool pool(1);
  static_cast<void>(make_gdb_index(pool, facts));
  return 0;
}
