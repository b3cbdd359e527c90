// Why a name may be undefined, and what would help: a near spelling, the other language's linkage, a library.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld {

// Lines to append to a message, each beginning with "\n>>> "; none if nothing sensible can be said. Walks the whole
// symbol table: for the few messages that are shown.
std::string undefined_hints(const Link& link, SymbolId symbol);

// Why a section was not taken, in such lines: its group, and the file whose copy was.
std::string discard_lines(const Link& link, const InputFile& file, uint32_t raw_section);

// The part of a mangled C++ name (Itanium ABI §5.1) that says what is called, without parameter types: "_Z3foo" of
// "_Z3fooi"; empty if the name is not mangled or too complicated (templates, operators).
std::string_view mangled_stem(std::string_view name);

// "foo" of the stem "_Z3foo"; empty for names in namespaces and classes.
std::string_view plain_name_of_stem(std::string_view stem);

// A library or option that usually provides such a name; empty if none is known.
std::string_view usual_provider(std::string_view name);

}  // namespace xld
