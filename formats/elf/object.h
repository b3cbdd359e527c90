// ElfObject: what the reader of relocatable ELF files found; the view the rest of formats/elf has of an InputFile.
//
// Nothing of the file is copied: headers, symbols and relocations stay where they are mapped and are read on demand
// through the templates below. Bounds were checked once, when the object was read, for whatever is stored here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/elf/compact_relocs.h"
#include "formats/elf/elf.h"
#include "formats/elf/properties.h"
#include "formats/format.h"

namespace xld::elf {

// In ElfObject::atom_of: the section belongs to a group that another file provides, or was dropped on request.
inline constexpr AtomId kDiscardedAtom{UINT32_MAX - 1};

// A frame description entry that describes code of this file.
struct FrameEntry {
  uint32_t offset = 0, size = 0;  // the record in its section, length field included
  uint32_t common = 0;            // index in ElfObject::frame_commons
  uint32_t first_reloc = 0, reloc_count = 0;
  AtomId owner;  // the function's section; not valid if it is not linked
  AtomId atom;   // the .eh_frame section
};

struct FrameCommon {
  uint32_t offset = 0, size = 0;
  uint32_t first_reloc = 0, reloc_count = 0;
  AtomId atom;
  uint8_t pointer_encoding = 0;
};

// True if the section became an atom that is part of the output.
inline bool is_linked(const Link& link, AtomId id) {
  return id.is_valid() && id != kDiscardedAtom && link.is_live[id.value];
}

struct ExpandedRelocs {
  uint32_t section = 0;
  RelocRecords records;
};

struct ElfObject {
  const uint8_t* section_headers = nullptr;
  uint32_t section_count = 0;
  Bytes section_names;

  const uint8_t* symbols = nullptr;
  uint32_t symbol_count = 0;
  uint32_t first_global = 0;
  Bytes symbol_names;
  const uint8_t* extended_indices = nullptr;  // SHT_SYMTAB_SHNDX, as many words as symbols
  uint32_t symbol_section = 0, symbol_name_section = 0, section_name_section = 0;
  uint32_t significance_section = 0;  // SHT_LLVM_ADDRSIG
  uint32_t call_graph_section = 0;    // SHT_LLVM_CALL_GRAPH_PROFILE

  std::span<uint32_t> relocs_of;                    // by section: the section with its relocations, 0: none
  std::span<const ExpandedRelocs> expanded_relocs;  // of those in compact form
  std::span<AtomId> atom_of;                        // by section; not valid: no atom of its own

  // Where relocations are kept, by symbol:
  std::span<uint8_t> is_referenced;    // a kept relocation is against it; empty: everything counts as referred to
  std::span<uint32_t> output_symbols;  // its number in the output's table, of a section's that of the output's
                                       // section; 0: it is not there
  std::span<uint64_t> local_shifts;    // of local ones: what the addends of relocations against it grow by

  std::span<FrameEntry> frame_entries;  // ascending by owner
  std::span<FrameCommon> frame_commons;

  bool ends_frames = false;  // an .eh_frame section of it ends the list
  std::span<const Property> properties;
  bool has_versioned_names = false;  // it defines "name@VERSION" or "name@@VERSION"
  bool has_stack_note = false;
  bool wants_executable_stack = false;
  bool has_split_stack = false;
};

inline const ElfObject& object_of(const InputFile& file) {
  return *static_cast<const ElfObject*>(file.format_data);
}
inline ElfObject& object_of(InputFile& file) {
  return *static_cast<ElfObject*>(file.format_data);
}

template <class E>
typename E::SectionHeader section_header(const ElfObject& object, uint32_t index) {
  return load<typename E::SectionHeader>(object.section_headers + size_t{index} * sizeof(typename E::SectionHeader));
}

template <class E>
typename E::Symbol raw_symbol(const ElfObject& object, uint32_t index) {
  return load<typename E::Symbol>(object.symbols + size_t{index} * sizeof(typename E::Symbol));
}

// A symbol's type and binding, whatever the class of the file.
inline uint8_t raw_info(const Link& link, const ElfObject& object, uint32_t index) {
  return link.target().word_size == 8 ? raw_symbol<Elf64>(object, index).info : raw_symbol<Elf32>(object, index).info;
}

// Where a symbol is defined: a section index, or one of the special values, moved out of the way of real indices (a
// file may have more than 0xff00 sections).
inline constexpr uint32_t kSpecialSection = 0xffff0000;
inline constexpr uint32_t kAbsoluteSection = kSpecialSection | SHN_ABS;
inline constexpr uint32_t kCommonSection = kSpecialSection | SHN_COMMON;
inline constexpr uint32_t kLargeCommonSection = kSpecialSection | SHN_X86_64_LCOMMON;

template <class Symbol>
uint32_t section_index(const ElfObject& object, uint32_t index, const Symbol& symbol) {
  if (symbol.shndx < SHN_LORESERVE) return symbol.shndx;
  if (symbol.shndx != SHN_XINDEX) return kSpecialSection | symbol.shndx;
  return object.extended_indices ? load<uint32_t>(object.extended_indices + size_t{index} * 4) : SHN_UNDEF;
}

// The name at an offset of a string table; empty if the offset is outside or the string has no end.
inline std::string_view string_at(Bytes table, uint32_t offset) {
  return c_string_at(table, offset).value_or("");
}

// The section's bytes; empty for SHT_NOBITS.
template <class SectionHeader>
Bytes section_bytes(const InputFile& file, const SectionHeader& header) {
  if (header.type == SHT_NOBITS) return {};
  return slice(file.bytes, header.offset, header.size).value_or(Bytes());
}

// What a section of relocations holds; not 0.
template <class E>
RelocRecords reloc_records(const InputFile& file, const ElfObject& object, uint32_t section) {
  const auto header = section_header<E>(object, section);
  if (header.type != SHT_CREL) return {section_bytes(file, header), header.type == SHT_RELA};
  for (const ExpandedRelocs& expanded : object.expanded_relocs)
    if (expanded.section == section) return expanded.records;
  return {};
}

// A section's header and name, whatever the class of the file.
struct SectionFacts {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0, offset = 0, size = 0, entry_size = 0;
  uint32_t link = 0, info = 0;
};
// The atom a section with SHF_LINK_ORDER describes; not valid: none that is linked.
AtomId followed_atom(const Link& link, const Atom& follower);
SectionFacts section_facts(const Link& link, const ElfObject& object, uint32_t index);

// Format::read_object, make_atoms (format.h).
void read_object(Link& link, InputFile& file, uint32_t worker);
void make_atoms(Link& link, InputFile& file, uint32_t worker);

Identity identify(Bytes bytes);

// Splits the file's .eh_frame sections and finds the owner of each entry (eh_frame_input.cc). After the atoms are made.
template <class E>
void read_frames(Link& link, InputFile& file, uint32_t worker);

// A local symbol the compiler needed for itself: what -X leaves out, and GNU ld takes for such.
inline bool is_temporary_name(std::string_view name) {
  return name.starts_with(".L") || name.starts_with("..") || name.starts_with("_.L_");
}

// Error texts: "main.o: section .text (index 5): ...".
void report_section(const Link& link, const InputFile& file, uint32_t section, std::string_view what);

}  // namespace xld::elf
