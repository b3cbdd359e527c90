// The symbol table of the output: names picked before layout, addresses written after. <mach-o/nlist.h>.
//
// Local names of all files come first, then global definitions, then undefined names (LC_DYSYMTAB); the last two sorted
// by name, so that tools can search them.
#pragma once

#include <optional>
#include <vector>

#include "core/chunk.h"
#include "formats/format.h"
#include "formats/macho/exports.h"
#include "formats/macho/object.h"

namespace xld::macho {

struct OutputSymbol {
  std::string_view name;
  uint32_t name_offset = 0;
  AtomId atom;           // not valid: `value` is the address, or that of `symbol` is asked for
  uint64_t value = 0;    // offset in the atom
  SymbolId symbol;       // of a global name
  bool is_late = false;  // made by the linker: its address is known after layout
  uint8_t type = 0;
  uint8_t section = 0;  // if it is not that of the atom
  uint16_t desc = 0;
};

class SymbolTableChunk : public Chunk {
 public:
  explicit SymbolTableChunk(Link& link);

  uint64_t size() const override;
  void write(MutableBytes out) const override;

  uint32_t count() const { return local_count() + defined_count() + undefined_count(); }
  uint32_t local_count() const { return static_cast<uint32_t>(locals_.size()); }
  uint32_t defined_count() const { return static_cast<uint32_t>(defined_.size()); }
  uint32_t undefined_count() const { return static_cast<uint32_t>(undefined_.size()); }

  // The row of a name; nothing if the table does not have it.
  std::optional<uint32_t> index_of(SymbolId id) const;
  // -r: the row of a symbol of a file.
  std::optional<uint32_t> row_of(const InputFile& file, uint32_t raw_symbol) const;

  uint64_t names_size() const { return names_size_; }
  void write_names(MutableBytes out) const;

 private:
  struct Part {
    std::vector<OutputSymbol> debug_map, locals, defined;
    std::vector<uint32_t> raw_locals;  // -r: by local, its raw symbol
  };
  void collect_from(const InputFile& file, Part& part) const;
  void collect_local(const InputFile& file, uint32_t index, Part& part) const;
  void name_pieces(const InputFile& file, Part& part) const;
  void collect_undefined();
  void number_symbols_of_files(const std::vector<Part>& parts);
  void collect_global(SymbolId id, const RawSymbol& raw, Part& part) const;
  void collect_linker_symbols();
  void add_syntax_trees();
  bool is_dropped(std::string_view local_name) const;
  void collect_imports();
  void number_symbols();
  void place_names(std::vector<OutputSymbol>& symbols);
  uint8_t* write_symbols(const std::vector<OutputSymbol>& symbols, uint8_t* place) const;
  uint8_t section_at(uint64_t place) const;

  const Link& link_;
  std::vector<OutputSymbol> locals_, defined_, undefined_;
  NameList kept_locals_, dropped_locals_;
  std::vector<uint32_t> indexes_;  // by SymbolId: row + 1; 0: none
  uint64_t names_size_ = 1;        // the empty name
};

class SymbolNamesChunk : public Chunk {
 public:
  explicit SymbolNamesChunk(const SymbolTableChunk& table) : table_(table) {}
  uint64_t size() const override { return align_up(table_.names_size(), 8); }
  void write(MutableBytes out) const override { table_.write_names(out); }

 private:
  const SymbolTableChunk& table_;
};

}  // namespace xld::macho
