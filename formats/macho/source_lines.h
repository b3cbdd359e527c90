// Source lines of places in objects, for messages and for the debug map.
#pragma once

#include <string>

#include "formats/dwarf_lines.h"
#include "formats/macho/object.h"

namespace xld::macho {

// Has the object debug information?
bool has_debug_information(const MachoObject& object);

// "dir/hello.c" and the line of an offset in a section; nothing if the object does not say.
std::optional<SourceLine> source_line_at(const Link& link, const InputFile& file, uint32_t section, uint64_t address);

}  // namespace xld::macho
