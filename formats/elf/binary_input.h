// -b binary: any file as an object with one data section and symbols for its start, end and size.
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/target.h"

namespace xld::elf {

// The bytes of an ET_REL file. Symbols are _binary_<path>_start, _end and _size, with what is no letter or digit in the
// path replaced by '_', as GNU ld names them.
std::string make_binary_object(const Target& target, const std::string& path, Bytes contents);

}  // namespace xld::elf
