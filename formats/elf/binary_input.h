// Inputs that are no objects, made into objects in memory and read like any other: data (-b binary), symbols of a
// linked file (--just-symbols).
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::elf {

// The bytes of an ET_REL file. Symbols are _binary_<path>_start, _end and _size, with what is no letter or digit in the
// path replaced by '_', as GNU ld names them.
std::string make_binary_object(const Target& target, const std::string& path, Bytes contents);

// --embed NAME=FILE: the same with symbols NAME, NAME_start, NAME_end and NAME_size, in a section of the user's choice.
struct EmbeddedData {
  std::string name, section;
  uint64_t alignment = 1;
};
std::string make_embedded_object(const Target& target, const EmbeddedData& data, Bytes contents);

// --just-symbols: the bytes of an ET_REL file without contents that defines the global symbols of a linked file as
// absolute ones.
Result<std::string> make_symbols_object(const Target& target, Bytes linked);

}  // namespace xld::elf
