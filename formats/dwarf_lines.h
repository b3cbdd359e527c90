// The source line of a place in a relocatable object, for messages: "referenced by hello.c:12".
//
// Reads line-number programs (.debug_line) of DWARF 2 to 5, 32- and 64-bit (DWARF 5 §6.2), as they stand in objects:
// not yet relocated, so every address and every offset into a string section is asked of the caller. Shared by both
// object formats. It is read once per message and keeps nothing; damaged programs give no answer, never an error.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/bytes.h"

namespace xld {

// The section contents of one object, decompressed; absent ones are empty.
struct DwarfSections {
  Bytes line;
  Bytes line_str;
  Bytes str;
};

struct RelocatedField {
  uint32_t section = 0;  // of the object: what the field's relocation points into
  uint64_t offset = 0;   // in that section, addend included
};

// What the relocation of the field at `offset` in .debug_line points to; nothing if there is none.
using FieldResolver = std::function<std::optional<RelocatedField>(uint64_t offset)>;

struct SourceLine {
  std::string file;  // as the compiler was given it, with the include directory it was found in
  uint32_t line = 0;

  // "name.c:7 (folder/name.c:7)"; once if there is no folder.
  std::string text() const;
};

// The line that the byte at `place` belongs to; nothing if no program covers it.
std::optional<SourceLine> find_source_line(const DwarfSections& sections, const FieldResolver& resolve,
                                           RelocatedField place);

}  // namespace xld
