// Source files and lines of places in objects, for messages and for the debug map.
#pragma once

#include <string>

#include "formats/dwarf_lines.h"
#include "formats/macho/object.h"

namespace xld::macho {

// Has the object debug information?
bool has_debug_information(const MachoObject& object);

// The file that the object was compiled from; empty if it does not say.
std::string source_of(const InputFile& file);

// "dir/hello.c" and the line of an offset in a section; nothing if the object does not say.
std::optional<SourceLine> source_line_at(const Link& link, const InputFile& file, uint32_t section, uint64_t address);

}  // namespace xld::macho
