// Words for messages about ELF files, and small facts read from their raw symbols.
#pragma once

#include <string>
#include <vector>

#include "formats/format.h"

namespace xld::elf {

// "function main: .text+0x1c" where a function covers the offset, else ".text+0x1c".
std::string describe_place(const Link& link, const Atom& atom, uint64_t offset);
std::string describe_source(const Link& link, const Atom& atom, uint64_t offset);
DefinitionText describe_definition(const Link& link, const InputFile& file, uint32_t raw_symbol);
std::string describe_section(const Link& link, const InputFile& file, uint32_t raw_section);
// The name of a symbol, or "section .rodata".
std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw_symbol);
// ".text.main"
std::string section_name(const Link& link, const Atom& atom);
// Without symbols that stand for sections and files, and temporary ones (.L).
std::vector<FileSymbol> list_symbols(const Link& link, const InputFile& file);
uint64_t symbol_size(const Link& link, const InputFile& file, const Reloc& reloc);
// What readers of debug information skip: 1 in old-style range and location lists, where 0 ends the list; else 0.

}  // namespace xld::elf
