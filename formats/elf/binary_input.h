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

// --just-symbols: the bytes of an ET_REL file without contents that defines the global symbols of a linked file as
// absolute ones.
Result<std::string> make_symbols_object(const Target& target, Bytes linked);

}  // namespace xld::elf
