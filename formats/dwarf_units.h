// What a linker wants to know of debug information: its units, the code they describe, and the names they publish.
//
// DWARF 5 §7.5.1 (unit headers), §7.5.3 (abbreviations), §2.17 and §7.28 (ranges), §7.27 (addresses), §6.1.2 (address
// table); DWARF 4 for what came before; .debug_gnu_pubnames as GCC's and GDB's manuals describe it. All functions take
// the sections of one object after relocation, when offsets count from the start of the output's sections; `..._base`
// is where the object's part begins there. Damaged parts are passed over: an index is a help, not the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace xld {

struct DwarfUnit {
  uint64_t offset = 0;  // in the section
  uint64_t size = 0;    // with its header
  uint64_t abbreviations = 0;
  uint64_t first_entry = 0;  // of its entries, in the section
  uint64_t signature = 0;    // of type units
  uint64_t type_offset = 0;  // from the start of the unit
  uint16_t version = 0;
  uint8_t address_size = 0;
  uint8_t offset_size = 4;
  bool is_type = false;
};

// `is_types_section`: of .debug_types (DWARF 4). Ends at the first header that is no header.
std::vector<DwarfUnit> read_units(Bytes info, bool is_types_section);

// The unit whose header is at `offset` of a section with information for code; nothing if it is no header.
std::optional<DwarfUnit> read_unit(Bytes info, uint64_t offset);

struct AddressRange {
  uint64_t low = 0, high = 0;
  bool operator==(const AddressRange&) const = default;
};

struct DwarfRangeSections {
  Bytes abbreviations, addresses, ranges, range_lists;
  uint64_t abbreviations_base = 0, addresses_base = 0, ranges_base = 0, range_lists_base = 0;
};

// Appends the code that the unit's first entry says it describes. Ranges at address 0 are of code that is not linked.
void read_unit_ranges(Bytes info, const DwarfUnit& unit, const DwarfRangeSections& sections,
                      std::vector<AddressRange>& out);

// An entry of .debug_aranges or a set of .debug_gnu_pubnames says which unit it belongs to: an offset in the output's
// section.
struct UnitRange {
  uint64_t unit = 0;
  AddressRange range;
};
std::vector<UnitRange> read_address_table(Bytes aranges);

struct PublicName {
  uint64_t unit = 0;
  std::string_view name;
  uint8_t kind = 0;  // bits 4 to 6: type, variable, function, other; bit 7: static
};
// Of .debug_gnu_pubnames or .debug_gnu_pubtypes.
std::vector<PublicName> read_public_names(Bytes section);

}  // namespace xld
