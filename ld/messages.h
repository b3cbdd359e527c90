// Texts of messages about symbols and relocations, in one place and one style: what is wrong, where it is defined,
// where it is referenced, what to do. The first lines are worded as lld's, which editors and build tools already parse.
#pragma once

#include <span>
#include <string>

#include "formats/format.h"
#include "ld/needs.h"

namespace xld {

// The symbol's name as the user wrote it.
std::string readable_name(const Link& link, std::string_view name);

// "main.o:(function main: .text+0x1c)".
std::string place_of(const Link& link, const InputFile& file, const Atom& atom, uint64_t offset);

// An error about one relocation: "main.o:(.text+0x1c): relocation R_… against symbol 'foo': WHAT".
void report_reloc(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc,
                  const std::string& what);

// The address of what is in another image does not come from a slot, and the format knows no copies of variables.
void report_needs_slot(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc);

// The output may be loaded anywhere, and this relocation cannot: "… cannot be used against symbol 'foo'; recompile …".
void report_not_pic(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc,
                    std::string_view reason);

// `value` does not fit the relocation's field.
void report_out_of_range(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc, uint64_t value);

// The target stands in a section that another file's copy replaced, or that was dropped.
void report_discarded(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc);

// DT_TEXTREL and its like: names the first place for which the loader has to write to read-only memory.
void warn_of_text_fixups(const Link& link);

void report_duplicate(const Link& link, SymbolId symbol, const InputFile& first, uint32_t first_raw,
                      const InputFile& second, uint32_t second_raw);

// All references to undefined names, grouped by name; errors, warnings or nothing, as the options say.
void report_undefined(const Link& link, std::span<const UndefinedReference> references);

// --warn-common: common symbols that were merged, or overridden by a definition.
void report_merged_commons(const Link& link);

}  // namespace xld
