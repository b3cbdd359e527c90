// .symtab and .strtab of the output. gABI "Symbol Table".
//
// Names are read once: a first pass over each file, before layout, picks the symbols that stay and copies their names
// to memory; writing adds addresses. Local symbols of all files come first, file by file, then the global ones.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/elf/elf.h"
#include "formats/format.h"

namespace xld::elf {

struct ElfObject;

struct OutputSymbol {
  uint32_t name = 0;  // offset in its run's names
  AtomId atom;        // not valid: `value` is the address, or to be asked of the symbol table
  uint64_t value = 0;
  uint64_t size = 0;
  SymbolId linker_made;  // its address is known after layout
  uint8_t info = 0, other = 0;
  uint16_t special_section = 0;  // SHN_ABS, SHN_UNDEF for symbols outside of atoms
};

// Symbols that stand together in the output: the local or the global ones of one file.
struct SymbolRun {
  std::vector<OutputSymbol> symbols;
  std::vector<char> names;
  bool has_gnu_extension = false;  // a symbol that only the GNU ABI knows: a resolver function, or a unique one
  uint32_t first_symbol = 0;
  uint64_t first_name = 0;
};

class SymbolTableChunk : public Chunk {
 public:
  explicit SymbolTableChunk(Link& link);

  uint64_t size() const override;
  void write(MutableBytes out) const override;
  size_t part_count() const override { return runs_.size(); }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

  const std::vector<SymbolRun>& runs() const { return runs_; }
  uint64_t names_size() const { return names_size_; }

 private:
  void collect();
  void add_linker_symbols();
  void number_runs();
  void add_locals(const InputFile& file, SymbolRun& run) const;
  void add_globals(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const;
  template <class E>
  void add_locals_as(const InputFile& file, SymbolRun& run) const;
  template <class E>
  void add_globals_as(const InputFile& file, SymbolRun& locals, SymbolRun& globals) const;
  bool is_retained(std::string_view name) const;
  template <class E>
  bool is_kept_local(const ElfObject& object, std::string_view name, uint32_t section) const;
  template <class E>
  void write_as(const SymbolRun& run, MutableBytes out) const;

  Link& link_;
  std::vector<SymbolRun> runs_;  // [locals of each file] [linker's locals] [globals of each file] [linker's globals]
  uint32_t symbol_count_ = 0;
  uint64_t names_size_ = 0;
};

// st_info's type and st_other's visibility, as the symbol's flags say.
uint8_t type_from(uint32_t flags);
uint8_t visibility_from(uint32_t flags);

// Where a symbol ended up, and the index of the header of its section.
struct SymbolPlace {
  uint64_t address = 0;
  uint32_t section = 0;
};
SymbolPlace place_of_symbol(const Link& link, SymbolId id);

class SymbolNamesChunk : public Chunk {
 public:
  explicit SymbolNamesChunk(const SymbolTableChunk& table) : table_(table) {}
  uint64_t size() const override { return table_.names_size(); }
  void write(MutableBytes out) const override;
  size_t part_count() const override { return table_.runs().size(); }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

 private:
  const SymbolTableChunk& table_;
};

}  // namespace xld::elf
