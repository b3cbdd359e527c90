// The names that debug information defines, as an index for a debugger wants them: "space::Class::function", without
// parameters. For objects that were compiled without tables of published names.
//
// DWARF 5 §2.15 and §3 (scopes and names), §2.13.2 (declarations completed elsewhere), §7.26 (string offsets); GDB's
// manual, "Index Section Format", for what is a type, a variable or a function. All functions take the sections of one
// object as they are there: offsets count from the start of the object's own sections. Damaged parts are passed over.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "formats/dwarf_units.h"

namespace xld {

struct DwarfNameSections {
  Bytes info, abbreviations, strings, line_strings, string_offsets;
};

struct DefinedName {
  std::string_view name;
  uint8_t kind = 0;  // as in PublicName
};

// Appends the names that `unit` defines. Those that are made of several are kept in `storage`.
void read_defined_names(const DwarfNameSections& sections, const DwarfUnit& unit, std::deque<std::string>& storage,
                        std::vector<DefinedName>& out);

// The file a unit was compiled from, and where the compiler ran; empty if the unit does not say.
struct UnitSource {
  std::string_view name, directory;
};
UnitSource read_unit_source(const DwarfNameSections& sections, const DwarfUnit& unit);

}  // namespace xld
