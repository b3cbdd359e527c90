// Descriptions: how a file format names places, symbols and sections in messages and reports, as one table of
// functions. Format::describe (formats/format.h) points to it; nothing here changes what is linked.
//
// All of them take what input files claim, so each answers something readable for any index.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/atom.h"
#include "core/ids.h"
#include "core/input_file.h"
#include "core/symbol_table.h"

namespace xld {

struct Link;

// One entry of a file's symbol table, for reports.
struct FileSymbol {
  std::string_view name;
  SymbolId global;                            // not valid: a local symbol
  ClaimClass claim_class = ClaimClass::None;  // None: a reference
  AtomId atom;  // where the entry defines it; not valid: nowhere, or `value` is an address
  uint64_t value = 0;
  uint64_t size = 0;
};

// Where a file defines a symbol, for messages.
struct DefinitionText {
  std::string place;   // ".text+0x1c"; empty if the file does not define it
  std::string source;  // "hello.c:12 (dir/hello.c:12)"; empty if not known
};

struct Descriptions {
  std::string_view name_prefix = {};  // what compilers put before names of C; readable names do without
  // Where a message says that a definition is: "defined at main.o:(.text+0x1c)".
  std::string_view defined = "defined at";
  bool places_name_sections = true;  // place() does; else messages add the section
  // An offset in an atom: "function main: .text+0x1c", and the line of its source, "hello.c:12 (dir/hello.c:12)",
  // the file's source at least, or nothing.
  std::string (*place)(const Link&, const Atom&, uint64_t offset);
  std::string (*source)(const Link&, const Atom&, uint64_t offset);
  std::string (*symbol)(const Link&, const InputFile&, uint32_t raw_symbol);
  DefinitionText (*definition)(const Link&, const InputFile&, uint32_t raw_symbol);
  // The name of an input section, by the format's index of it (Atom::raw, Reloc::target of discarded targets).
  std::string (*section)(const Link&, const InputFile&, uint32_t raw_section);
  std::string (*reloc_type)(const Link&, uint32_t raw_type);
  // For reports: the input section an atom was, and the named symbols of a file.
  std::string (*atom_section)(const Link&, const Atom&);
  std::vector<FileSymbol> (*list_symbols)(const Link&, const InputFile&);
  // Ends of messages: what helps where code or data cannot be loaded anywhere, and where the loader has to write to
  // read-only sections; which sections of objects are not linked.
  const char* if_not_movable;
  const char* if_loader_writes;
  const char* unlinked_sections;
};

}  // namespace xld
