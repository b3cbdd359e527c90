// MachoObject: what the reader of relocatable Mach-O files found; the view the rest of formats/macho has of an
// InputFile.
//
// Sections of a file with MH_SUBSECTIONS_VIA_SYMBOLS are cut at their symbols; the pieces are the atoms. Relocations
// belong to whole sections: each piece remembers which part of its section's table is about it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/format.h"
#include "formats/macho/macho.h"
#include "formats/macho/relocs.h"
#include "formats/macho/state.h"

namespace xld::macho {

// A section of an object, the same for 32 and 64 bit.
inline constexpr std::string_view kDwarfSegment = "__DWARF";

struct InputSection {
  std::string_view segment, name;
  uint64_t address = 0, size = 0;
  uint32_t flags = 0;
  uint32_t reserved1 = 0;  // of symbol pointers: the first entry in the indirect symbol table
  uint32_t reserved2 = 0;  // of stubs: the size of one
  uint32_t file_offset = 0;
  uint8_t alignment_log2 = 0;
  Bytes relocs;                           // 8 bytes each
  std::span<const uint32_t> reloc_order;  // ascending by address, pairs together; empty: the table is monotone as it is
  uint32_t first_subsection = 0, subsection_count = 0;

  uint32_t type() const { return flags & SECTION_TYPE; }
  bool is_zero_fill() const {
    return type() == S_ZEROFILL || type() == S_GB_ZEROFILL || type() == S_THREAD_LOCAL_ZEROFILL;
  }
};

// A piece of a section, from one symbol to the next. Atom::raw is its index in MachoObject::subsections.
struct Subsection {
  uint64_t address = 0;  // in the object
  uint32_t section = 0;
  uint32_t first_reloc = 0, reloc_count = 0;  // of its section's records, in the order of reloc_order
  AtomId atom;                                // not valid: not linked
  SymbolId instead;         // the definition of another file that stands for it; only if there is no atom
  bool is_dropped = false;  // what it says is said elsewhere
};

// Bytes of a constant; 1 for strings; 0: the section is not made of constants that may be shared.
inline uint8_t literal_size(const InputSection& section) {
  switch (section.type()) {
    case S_CSTRING_LITERALS:
      return 1;
    case S_4BYTE_LITERALS:
      return 4;
    case S_8BYTE_LITERALS:
      return 8;
    case S_16BYTE_LITERALS:
      return 16;
    default:
      return 0;
  }
}

// Bytes of a record of a table whose records have no symbols; 0: the section is no such table.
uint32_t record_size(const Link& link, const InputSection& section);

// The compiler's list of symbols whose address is compared: a relocation each.
inline bool is_significance_list(const InputSection& section) {
  return section.name == "__llvm_addrsig";
}

constexpr uint32_t kNoPiece = UINT32_MAX;

struct Frame;
struct Hint;
struct UnwindEntry;

struct MachoObject {
  std::span<InputSection> sections;
  std::span<Subsection> subsections;  // ascending by section, then by address
  std::span<uint32_t> piece_of;       // by raw symbol: index in `subsections`, or kNoPiece
  const uint8_t* symbols = nullptr;
  uint32_t symbol_count = 0;
  Bytes symbol_names;
  Bytes indirect_symbols;                          // 4 bytes each
  Bytes data_in_code;                              // DataInCodeEntry each
  uint32_t platform = 0, minimum_os = 0, sdk = 0;  // LC_BUILD_VERSION; 0: none
  uint32_t platforms = 0;                          // platform_bit() of each: an object may be for several
  std::span<const Bytes> linker_options;           // the LC_LINKER_OPTION commands
  std::span<const uint32_t> output_rows;           // -r: by raw symbol, in the output's table, plus 1; 0: not there
  bool has_subsections = false;
  bool has_probes = false;              // calls of static probes, see probes.h
  bool has_aliases = false;             // names that mean other names (N_INDR)
  std::span<const UnwindEntry> unwind;  // ascending by function; see unwind_input.h
  std::span<const Frame> frames;
  uint32_t frame_section = 0;   // that they are in
  std::span<const Hint> hints;  // see hints.h
};

inline const MachoObject& object_of(const InputFile& file) {
  return *static_cast<const MachoObject*>(file.format_data);
}
inline MachoObject& object_of(InputFile& file) {
  return *static_cast<MachoObject*>(file.format_data);
}

// A record of a piece by its position among those of the piece.
inline RawReloc piece_reloc(Cpu cpu, const MachoObject& object, const Subsection& piece, uint32_t position) {
  const InputSection& section = object.sections[piece.section];
  const uint32_t index = piece.first_reloc + position;
  const uint32_t raw_index = section.reloc_order.empty() ? index : section.reloc_order[index];
  return read_raw_reloc(cpu, section.relocs.data() + size_t{raw_index} * 8);
}

// A symbol table entry, the same for 32 and 64 bit.
using RawSymbol = Macho64::Symbol;
RawSymbol raw_symbol(const Link& link, const MachoObject& object, uint32_t index);

inline std::string_view symbol_name(const MachoObject& object, const RawSymbol& symbol) {
  return c_string_at(object.symbol_names, symbol.strx).value_or("");
}

inline bool is_stab(const RawSymbol& symbol) {
  return (symbol.type & N_STAB) != 0;
}
inline bool is_defined_in_section(const RawSymbol& symbol) {
  return !is_stab(symbol) && (symbol.type & N_TYPE) == N_SECT;
}

// The piece of a section at an address of the object. Addresses before or after the section belong to its first or last
// piece: compilers make them for `array - 1` and for end labels. nullptr if the section has no pieces.
const Subsection* subsection_at(const MachoObject& object, uint32_t section, uint64_t address);

// The piece a symbol stands in; nullptr if it is not in a section that has pieces.
inline const Subsection* subsection_of(const MachoObject& object, uint32_t raw_symbol) {
  const uint32_t piece = object.piece_of[raw_symbol];
  return piece == kNoPiece ? nullptr : &object.subsections[piece];
}

// The section at an address: the one that holds it, else one that ends there; sections.size() if there is none.
uint32_t section_at(const MachoObject& object, uint64_t address);

// "main.o: section (__TEXT,__text): ..."
void report_section(const Link& link, const InputFile& file, uint32_t section, std::string_view what);

// Other modules cannot see it.
bool is_private_definition(const InputFile& file, const RawSymbol& raw);

// Weak, and nobody compares its address (.weak_def_can_be_hidden): other modules see it only if a list says so.
bool can_be_hidden(const RawSymbol& raw);

// Of a definition in a section.
ClaimClass claim_class_of(const InputFile& file, const RawSymbol& raw);

// True if the atom holds descriptors of thread-local variables.
bool is_thread_variable(const Link& link, AtomId atom);

// Format::identify, read_object, make_atoms (format.h).
Identity identify(Bytes bytes);
void read_object(Link& link, InputFile& file, uint32_t worker);
void make_atoms(Link& link, InputFile& file, uint32_t worker);

}  // namespace xld::macho
