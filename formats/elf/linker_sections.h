// Sections and chunks that the linker adds to an ELF output, and the names it provides.
#pragma once

#include "formats/format.h"

namespace xld::elf {

// Adds what this link needs: headers, slots, stubs, dynamic tables, unwind tables, notes, symbol and string tables.
void add_linker_sections(Link& link);

// Fills the tables of section names and symbols, when sections are in their order and have their header indices.
void finish_tables(Link& link);

// A chunk with the merged constants of a pool.
Chunk* add_merge_chunk(Link& link, uint16_t pool);

// Finds or makes the output section `name`.
OutputSection& output_section(Link& link, std::string_view name, uint32_t type, uint64_t flags);

template <class T, class... Arguments>
T* add_chunk(Link& link, Arguments&&... arguments) {
  auto chunk = std::make_unique<T>(std::forward<Arguments>(arguments)...);
  T* result = chunk.get();
  link.chunks.push_back(std::move(chunk));
  return result;
}

// Format::provide_symbols and define_symbols (provided_symbols.cc).
void provide_symbols(Link& link);
void define_symbols(Link& link);

}  // namespace xld::elf
