// Texts of messages about symbols and relocations, in one place and one style: what is wrong, where, what to do.
#pragma once

#include <span>
#include <string>

#include "formats/format.h"
#include "ld/needs.h"

namespace xld {

// The symbol's name as the user wrote it.
std::string readable_name(const Link& link, std::string_view name);

// "main.o:(.text+0x1c)" with the function around it where one is known.
std::string place_of(const Link& link, const InputFile& file, const Atom& atom, uint64_t offset);

// An error about one relocation: "main.o:(.text+0x1c): relocation R_… against foo: WHAT".
void report_reloc(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc, const std::string& what);

void report_duplicate(const Link& link, SymbolId symbol, const InputFile& first, uint32_t first_raw,
                      const InputFile& second, uint32_t second_raw);

// All references to undefined names, grouped by name.
void report_undefined(const Link& link, std::span<const UndefinedReference> references);

}  // namespace xld
