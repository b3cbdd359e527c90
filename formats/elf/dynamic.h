// The dynamic section: what the loader, or the start-up code of a static PIE, is told. gABI chapter 5 "Dynamic
// Section".
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/elf/dynamic_relocs.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/format.h"

namespace xld::elf {

class DynamicChunk : public Chunk {
 public:
  // `relocs` and `stub_relocs` are null if the output has none.
  DynamicChunk(Link& link, DynamicSymbols& symbols, const LoadRelocsChunk* relocs, const StubRelocsChunk* stub_relocs);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  struct Entry {
    int64_t tag;
    uint64_t value;
  };
  void add_names(DynamicStrings& strings);
  std::vector<Entry> entries() const;
  void add_functions(std::vector<Entry>& entries) const;
  void add_tables(std::vector<Entry>& entries) const;
  void add_relocs(std::vector<Entry>& entries) const;
  void add_flags(std::vector<Entry>& entries) const;

  Link& link_;
  std::vector<Entry> names_;  // entries with a string
  const LoadRelocsChunk* relocs_;
  const StubRelocsChunk* stub_relocs_;
};

// .interp
class InterpreterChunk : public Chunk {
 public:
  explicit InterpreterChunk(std::string_view path) : path_(path) {}
  uint64_t size() const override { return path_.size() + 1; }
  void write(MutableBytes out) const override;

 private:
  std::string_view path_;
};

}  // namespace xld::elf
