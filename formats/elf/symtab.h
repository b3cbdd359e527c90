// .symtab and .strtab of the output. gABI "Symbol Table".
//
// A first pass over each file, before layout, picks the symbols that stay and notes where their names are; writing adds
// addresses and copies the names. Symbols of output sections come first where relocations are kept, then the local
// symbols of all files, file by file, then the global ones.
//
// In a relocatable output no symbol loses anything: hidden ones stay global, undefined ones keep what the first file
// that says something about them says, commons stay common. Whatever kept relocations refer to stays, too, however much
// is stripped, and each file learns the new numbers of its symbols (ElfObject::output_symbols).
#pragma once

#include <vector>

#include "core/arena.h"
#include "core/chunk.h"
#include "formats/elf/elf.h"
#include "formats/format.h"

namespace xld::elf {

struct ElfObject;

struct OutputSymbol {
  const char* name = nullptr;  // in an input or the session's memory
  uint32_t name_size = 0;
  AtomId atom;  // not valid: `value` is the address, or to be asked of the symbol table
  uint64_t value = 0;
  uint64_t size = 0;
  SymbolId linker_made;  // its address is known after layout
  uint32_t section = 0;  // of symbols outside of atoms: kSpecialSection | SHN_ABS …, or an index of a header
  uint8_t info = 0, other = 0;
};

// Symbols that stand together in the output: the local or the global ones of one file.
struct SymbolRun {
  std::vector<OutputSymbol> symbols;
  uint64_t names_size = 0;            // with the byte behind each
  bool has_gnu_extension = false;     // a symbol that only the GNU ABI knows: a resolver function, or a unique one
  std::vector<uint32_t> raw_symbols;  // by symbol, its index in the file; only where relocations are kept
  uint32_t first_symbol = 0;
  uint64_t first_name = 0;

  void clear() {
    symbols.clear();
    raw_symbols.clear();
    names_size = 0;
    has_gnu_extension = false;
  }
};

// st_info's type and st_other's visibility, as the symbol's flags say.
uint8_t type_from(uint32_t flags);
uint8_t visibility_from(uint32_t flags);

// Where a symbol ended up; `section` is the index of a header, or kSpecialSection | SHN_ABS …
struct SymbolPlace {
  uint64_t address = 0;
  uint32_t section = 0;
};
// The section header a symbol with this address belongs to: names of the linker have no atom.
uint32_t section_at(const Link& link, uint64_t address);
SymbolPlace place_of_symbol(const Link& link, SymbolId id);

class SymbolTableChunk : public PartedChunk {
 public:
  // When sections are in their order and have their header indices.
  explicit SymbolTableChunk(Link& link);

  uint64_t size() const override;
  size_t part_count() const override { return runs_.size(); }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

  const std::vector<SymbolRun>& runs() const { return runs_; }
  uint64_t names_size() const { return names_size_; }
  uint32_t symbol_count() const { return symbol_count_; }
  uint32_t section_symbol_count() const { return static_cast<uint32_t>(section_symbols_.size()); }
  SectionId section_symbol(uint32_t index) const { return section_symbols_[index]; }

  // When addresses are known.
  SymbolPlace place_of(const OutputSymbol& symbol) const;

 private:
  void add_section_symbols();
  void collect();
  void find_first_references();
  void note_gnu_extensions();
  void add_linker_symbols();
  void add_linker_symbol(SymbolId id, uint32_t flags);
  bool is_mentioned(SymbolId id, uint32_t flags) const;
  void number_runs();
  void number_symbols_of_files();
  void add_locals(const InputFile& file, SymbolRun& run) const;
  void add_globals(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const;
  template <class E>
  void add_locals_as(const InputFile& file, SymbolRun& run) const;
  template <class E>
  void add_globals_as(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const;
  template <class E>
  void add_undefined_as(const InputFile& file, SymbolRun& run) const;
  bool is_retained(std::string_view name) const;
  template <class E>
  bool is_kept_local(const ElfObject& object, std::string_view name, uint32_t section) const;
  bool stays_common(const Claim& claim) const;
  void add(SymbolRun& run, OutputSymbol symbol, std::string_view name, uint32_t raw_symbol) const;
  template <class E>
  void write_as(const SymbolRun& run, MutableBytes out) const;
  template <class E>
  void write_section_symbols(MutableBytes out) const;

  Link& link_;
  std::vector<SectionId> section_symbols_;
  std::vector<SymbolRun> runs_;  // [locals of each file] [linker's locals] [globals of each file] [linker's globals]
  Array<uint64_t> first_references_;  // by SymbolId, in a relocatable output: whose entry describes what is undefined
  uint32_t symbol_count_ = 0;
  uint64_t names_size_ = 0;
};

class SymbolNamesChunk : public PartedChunk {
 public:
  explicit SymbolNamesChunk(const SymbolTableChunk& table) : table_(table) {}
  uint64_t size() const override { return table_.names_size(); }
  size_t part_count() const override { return table_.runs().size(); }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

 private:
  const SymbolTableChunk& table_;
};

// SHT_SYMTAB_SHNDX: the sections of symbols, where there are more sections than a symbol can name.
class SymbolSectionsChunk : public PartedChunk {
 public:
  SymbolSectionsChunk(const Link& link, const SymbolTableChunk& table) : link_(link), table_(table) { alignment = 4; }
  uint64_t size() const override { return uint64_t{table_.symbol_count()} * 4; }
  size_t part_count() const override { return table_.runs().size(); }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

 private:
  const Link& link_;
  const SymbolTableChunk& table_;
};

}  // namespace xld::elf
