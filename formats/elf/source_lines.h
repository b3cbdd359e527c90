// From a byte of an input section to the line of its source: what dwarf_lines.h needs of an ELF object.
#pragma once

#include <cstdint>
#include <string>

#include "formats/format.h"

namespace xld::elf {

// "hello.c:12 (dir/hello.c:12)" by the line-number program of the object; without one the name its compiler noted
// (STT_FILE) if there is only one, "hello.c"; or nothing. Reads the debugging sections anew each time: for messages.
std::string source_of(const Link& link, const InputFile& file, uint32_t section, uint64_t offset);

}  // namespace xld::elf
