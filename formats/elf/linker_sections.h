// Sections and chunks that the linker adds to an ELF output, and the names it provides.
#pragma once

#include "formats/format.h"

namespace xld::elf {

// Adds what this link needs: slots, stubs, dynamic tables, unwind tables, notes.
void add_linker_sections(Link& link);

// A section without a name for what stands first in memory: ELF headers, boot code.
OutputSection& add_head_section(Link& link, Chunk* head);
// ELF header and program headers in such a section.
void add_headers(Link& link);

// Adds what is for other tools and not loaded: section headers and names, symbol and string tables.
void add_file_tables(Link& link);

// The section header table, and the names in it, of the output or of the file beside it.
void add_section_header_table(Link& link, bool is_separate);

// Fills the tables of section names and symbols, when sections are in their order and have their header indices.
void finish_tables(Link& link);

// A chunk with the merged constants of a pool.
Chunk* add_merge_chunk(Link& link, uint16_t pool);

// Finds or makes the output section `name`.
OutputSection& output_section(Link& link, std::string_view name, uint32_t type, uint64_t flags);

// A name that the linker may provide: referred to, and not defined by anybody.
bool is_wanted(const Link& link, SymbolId id);
// Makes it the linker's; its address follows in define_symbols. `flags`: symbol_flag bits.
void claim_name(Link& link, SymbolId id, uint32_t flags);

// Format::provide_symbols and define_symbols (provided_symbols.cc).
void provide_symbols(Link& link);
void define_symbols(Link& link);

}  // namespace xld::elf
