// Which names cross the border of the output: what the loader finds elsewhere, and what others find here.
//
// gABI chapter 4 "Symbol Table" (visibility), chapter 5 "Shared Object Dependencies"; -Bsymbolic, --dynamic-list,
// --exclude-libs and --export-dynamic as GNU ld has them.
#pragma once

#include "formats/format.h"

namespace xld::elf {

// Format::read_library, library_variable, foresee_exports, bind_symbols.
void read_library(Link& link, InputFile& file, uint32_t worker);
std::optional<LibraryVariable> library_variable(const InputFile& library, uint32_t raw_symbol);
std::vector<uint8_t> foresee_exports(Link& link);
void bind_symbols(Link& link);

}  // namespace xld::elf
