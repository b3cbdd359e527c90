// The symbol table of the output: names picked before layout, addresses written after. <mach-o/nlist.h>.
//
// Local names of all files come first, then global definitions, then undefined names (LC_DYSYMTAB); the last two are
// sorted by name where a loader searches them.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "core/arena.h"
#include "core/chunk.h"
#include "formats/format.h"
#include "formats/macho/exports.h"
#include "formats/macho/object.h"

namespace xld::macho {

struct OutputSymbol {
  std::string_view name;
  uint64_t value = 0;  // offset in the atom
  AtomId atom;         // not valid: `value` is the address, or that of `symbol` is asked for
  SymbolId symbol;     // of a global name
  uint16_t desc = 0;
  uint8_t type = 0;
  uint8_t section = 0;    // if it is not that of the atom
  bool is_late = false;   // made by the linker: its address is known after layout
  bool has_size = false;  // of the debug map: another row says how long the function is
};

using OutputSymbols = LargeVector<OutputSymbol>;

class SymbolTableChunk : public PartedChunk {
 public:
  explicit SymbolTableChunk(Link& link);

  uint64_t size() const override { return count() * row_size(); }
  size_t part_count() const override { return std::max<size_t>(runs_.size(), 1); }
  uint64_t part_begin(size_t part) const override { return part == 0 ? 0 : runs_[part].first_row * row_size(); }
  void write_part(size_t part, MutableBytes out) const override;

  uint32_t count() const { return local_count_ + defined_count_ + undefined_count_; }
  uint32_t local_count() const { return local_count_; }
  uint32_t defined_count() const { return defined_count_; }
  uint32_t undefined_count() const { return undefined_count_; }

  // The row of a name; nothing if the table does not have it.
  std::optional<uint32_t> index_of(SymbolId id) const;
  // -r: the row of a symbol of a file.
  std::optional<uint32_t> row_of(const InputFile& file, uint32_t raw_symbol) const;

  // Names have the order of the rows, and the same parts.
  uint64_t names_size() const { return names_size_; }
  uint64_t names_begin(size_t part) const { return part == 0 ? 0 : runs_[part].first_name; }
  void write_names(size_t part, MutableBytes out) const;

 private:
  struct Part {
    OutputSymbols debug_map, locals, defined;
    std::vector<uint32_t> raw_locals;  // -r: by local, its raw symbol
  };
  // Rows that follow each other; large enough for a task.
  struct Run {
    std::span<const OutputSymbol> symbols;
    uint32_t first_row = 0;
    uint32_t first_name = 0;  // offset of the first one's name
  };
  bool is_searched() const;
  void sort_names(OutputSymbols& defined, OutputSymbols& undefined) const;
  void sort_by_place(const InputFile& file, OutputSymbols& symbols, const std::vector<uint32_t>& raw_symbols) const;
  void collect_from(const InputFile& file, Part& part) const;
  void collect_local(const InputFile& file, uint32_t index, Part& part) const;
  void name_pieces(const InputFile& file, Part& part) const;
  void collect_undefined(OutputSymbols& undefined) const;
  void number_symbols_of_files(const std::vector<Part>& parts);
  void collect_global(SymbolId id, const RawSymbol& raw, Part& part) const;
  void collect_linker_symbols(OutputSymbols& defined, OutputSymbols& undefined, OutputSymbols& hidden) const;
  void collect_syntax_trees(OutputSymbols& locals) const;
  bool is_dropped(std::string_view local_name) const;
  void collect_imports(OutputSymbols& undefined) const;
  void add_run(std::span<const OutputSymbol> symbols);
  void add_symbols(OutputSymbols symbols);
  void number_symbols();
  uint64_t row_size() const;
  RawSymbol row_for(const OutputSymbol& symbol, uint32_t name_offset) const;
  uint8_t section_at(uint64_t place) const;

  const Link& link_;
  std::vector<OutputSymbols> symbols_;
  std::vector<Run> runs_;
  uint32_t local_count_ = 0, defined_count_ = 0, undefined_count_ = 0;
  NameList kept_locals_, dropped_locals_;
  std::vector<uint32_t> indexes_;  // by SymbolId: row + 1; 0: none
  uint32_t next_row_ = 0;
  uint32_t empty_name_ = 0;  // its offset: names of images begin with a space, as tools expect
  uint64_t names_size_ = 1;
};

class SymbolNamesChunk : public PartedChunk {
 public:
  explicit SymbolNamesChunk(const SymbolTableChunk& table) : table_(table) {}
  uint64_t size() const override { return align_up(table_.names_size(), 8); }
  size_t part_count() const override { return table_.part_count(); }
  uint64_t part_begin(size_t part) const override { return table_.names_begin(part); }
  void write_part(size_t part, MutableBytes out) const override { table_.write_names(part, out); }

 private:
  const SymbolTableChunk& table_;
};

}  // namespace xld::macho
