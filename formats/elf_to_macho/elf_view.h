// ElfView: the sections, symbols and relocations of an ELF object, the same for 32 and 64 bit.
//
// System V gABI, chapter 4. Everything is checked when the view is made: indices are in range, contents lie inside the
// file. The names and bytes are those of the file.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::elf_to_macho {

struct ElfReloc {
  uint64_t offset = 0;
  uint32_t type = 0;
  uint32_t symbol = 0;
  int64_t addend = 0;
};

struct ElfSection {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0;
  Bytes bytes;  // none: zero fill
  uint64_t size = 0;
  uint64_t alignment = 1;
  uint64_t entry_size = 0;
  bool is_in_group = false;      // COMDAT: another file's copy may take its place
  bool has_end_symbol = false;   // a symbol stands behind its last byte
  std::vector<ElfReloc> relocs;  // in the order of the file
};

enum class SymbolPlace : uint8_t { Undefined, Absolute, Common, Section };

struct ElfSymbol {
  std::string_view name;
  uint64_t value = 0, size = 0;  // of a common symbol, `value` is its alignment
  uint8_t binding = 0, type = 0, visibility = 0;
  SymbolPlace place = SymbolPlace::Undefined;
  uint32_t section = 0;  // its index, if that is its place
  bool is_global() const { return binding != 0; }
  bool is_defined() const { return place != SymbolPlace::Undefined; }
};

struct ElfView {
  std::vector<ElfSection> sections;               // by index; 0 is none
  std::vector<ElfSymbol> symbols;                 // by index; 0 is none
  std::deque<std::vector<uint8_t>> decompressed;  // contents of sections that are compressed in the file

  static Result<ElfView> open(Bytes file, Cpu cpu);
};

}  // namespace xld::elf_to_macho
