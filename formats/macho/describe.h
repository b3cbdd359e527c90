// How messages and reports name places and symbols of Mach-O files: entries of the Format table (formats/format.h).
#pragma once

#include <string>
#include <vector>

#include "formats/format.h"

namespace xld::macho {

std::string describe_place(const Link& link, const Atom& atom, uint64_t offset);
std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw);
std::string describe_source(const Link& link, const Atom& atom, uint64_t offset);
DefinitionText describe_definition(const Link& link, const InputFile& file, uint32_t raw);
std::string describe_section(const Link& link, const InputFile& file, uint32_t raw_section);
std::string section_name(const Link& link, const Atom& atom);
std::vector<FileSymbol> list_symbols(const Link& link, const InputFile& file);

}  // namespace xld::macho
