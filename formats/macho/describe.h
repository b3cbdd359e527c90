// How messages name places and symbols of Mach-O files: Format::describe_place, describe_symbol.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld::macho {

std::string describe_place(const Link& link, const Atom& atom, uint64_t offset);
std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw);

}  // namespace xld::macho
