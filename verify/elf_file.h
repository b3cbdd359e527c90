// A decoded ELF file: headers, sections, symbols, relocations and dynamic entries, alike for 32 and 64 bit.
//
// LLVM Object does the decoding (elf_file.cc), so that the verifier shares no line with the linker it judges. What
// cannot be decoded is left out here and named in `read_errors`, which the rule `readable` reports; the other rules
// judge what is left.
#pragma once

#include <cstdint>
#include <llvm/BinaryFormat/ELF.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::verify {

namespace ELF = llvm::ELF;

struct Segment {
  uint32_t index, type, flags;
  uint64_t offset, address, file_size, memory_size, alignment;
  Bytes contents;                 // empty for PT_LOAD and for segments outside the file
  uint64_t physical_address = 0;  // p_paddr

  bool is_load() const { return type == ELF::PT_LOAD; }
  bool is_writable() const { return (flags & ELF::PF_W) != 0; }
  bool is_executable() const { return (flags & ELF::PF_X) != 0; }
};

struct Section {
  uint32_t index, name_offset, type;
  std::string name;
  uint64_t flags, address, offset, size;
  uint32_t link, info;
  uint64_t alignment, entry_size;
  Bytes contents;  // empty for SHT_NOBITS and for sections outside the file

  bool has(uint64_t flag) const { return (flags & flag) != 0; }
  bool is_alloc() const { return has(ELF::SHF_ALLOC); }
  bool is_nobits() const { return type == ELF::SHT_NOBITS; }
  // .tbss takes no room in the image: its address only says where the TLS block would go on.
  bool is_tbss() const { return is_nobits() && has(ELF::SHF_TLS); }
  bool occupies_file() const { return !is_nobits() && type != ELF::SHT_NULL && size != 0; }
  bool occupies_memory() const { return is_alloc() && !is_tbss() && size != 0; }
};

struct Symbol {
  uint32_t name_offset;
  std::optional<std::string_view> name;  // nothing: outside the string table
  uint8_t binding, type, visibility;
  uint32_t raw_section;  // st_shndx
  uint32_t section;      // with SHN_XINDEX resolved; meaningful if is_in_section()
  uint64_t value, size;

  bool is_undefined() const { return raw_section == ELF::SHN_UNDEF; }
  bool is_in_section() const {
    return !is_undefined() && (raw_section < ELF::SHN_LORESERVE || raw_section == ELF::SHN_XINDEX);
  }
};

struct SymbolTable {
  const Section* section;
  std::vector<Symbol> symbols;
};

struct Relocation {
  uint64_t offset;
  uint32_t type, symbol;
  int64_t addend;  // of RELA; see implicit_addend for REL
};

struct RelocationTable {
  const Section* section;
  bool has_addends;
  std::vector<Relocation> relocations;
};

struct DynamicEntry {
  uint64_t tag, value;
};

// A range of the file or of memory, for overlap checks.
struct Extent {
  uint64_t start, size;
  std::string name;
};

struct ElfFile {
  Bytes bytes;
  bool is_64;
  uint16_t type, machine;
  uint64_t entry, segment_table, section_table;
  uint32_t header_size, segment_entry_size, section_entry_size, segment_count, section_count, section_name_table;
  std::vector<std::string> read_errors;
  std::vector<Segment> segments;
  std::vector<Section> sections;
  std::vector<SymbolTable> symbol_tables;
  std::vector<RelocationTable> relocation_tables;
  std::vector<DynamicEntry> dynamic;  // up to and without DT_NULL
  bool dynamic_is_terminated = false;

  bool is_relocatable() const { return type == ELF::ET_REL; }
  uint32_t word() const { return is_64 ? 8 : 4; }
  bool is_x86() const { return machine == ELF::EM_X86_64 || machine == ELF::EM_386; }

  const Segment* find_segment(uint32_t segment_type) const;
  const Section* find_section(std::string_view name) const;
  const Section* section_at(uint32_t index) const;
  const SymbolTable* find_symbols(uint32_t section_type) const;
  std::optional<uint64_t> dynamic_value(uint64_t tag) const;

  // The PT_LOAD that holds [address, address + size) in memory.
  const Segment* load_at(uint64_t address, uint64_t size) const;
  // The file's bytes behind a range of memory; nothing where it has none.
  std::optional<Bytes> bytes_at(uint64_t address, uint64_t size) const;
  // A pointer of the file's class.
  std::optional<uint64_t> read_word(Bytes from, uint64_t offset) const;

  // No loader takes part: undefined symbols stay undefined for ever.
  bool is_static_executable() const;
};

// True if [start, start + size) lies in [outer, outer + outer_size), whatever the numbers.
constexpr bool is_inside(uint64_t start, uint64_t size, uint64_t outer, uint64_t outer_size) {
  return start >= outer && start - outer <= outer_size && size <= outer_size - (start - outer);
}

std::string describe(const Segment& segment);  // "segment [2] PT_LOAD"
std::string describe(const Section& section);  // "section [7] .text"
std::string describe(const Symbol& symbol, size_t index);

// An error: not an ELF file of x86-64 or i386, or not even a header.
Result<ElfFile> read_elf(Bytes bytes);

}  // namespace xld::verify
