// The dynamic symbol table of an output and what goes with it: .dynsym, .dynstr, .gnu.hash, .hash.
//
// gABI chapter 5 "Hash Table"; the GNU hash table as glibc's loader and gdb read it: defined symbols stand last and in
// the order of their buckets. The table is settled when planning begins: which symbols are in it does not depend on
// addresses, which are asked for when it is written.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::elf {

uint32_t sysv_hash(std::string_view name);

// The strings of .dynstr, each once.
class DynamicStrings {
 public:
  // `text` must outlive the link. Returns its offset; a text that was added before has one already.
  uint32_t add(std::string_view text);
  // The same for a text that is hardly there yet, and need not be looked for.
  uint32_t append(std::string_view text);
  void reserve(size_t count);
  uint64_t size() const { return size_; }

  size_t part_count() const;
  uint64_t part_begin(size_t part) const;
  void write_part(size_t part, MutableBytes out) const;

 private:
  std::unordered_map<std::string_view, uint32_t> known_;
  std::vector<std::string_view> texts_;
  std::vector<uint32_t> offsets_;
  uint32_t size_ = 1;  // the empty string
};

// What .dynsym says of a symbol besides its name and place.
struct DynamicSymbolNature {
  uint8_t info = 0;
  uint8_t other = 0;
  uint64_t size = 0;
};

class DynamicSymbols {
 public:
  explicit DynamicSymbols(Link& link);

  // In the order of the table, without the null symbol that begins it.
  const std::vector<SymbolId>& symbols() const { return symbols_; }
  uint32_t first_defined() const { return first_defined_; }  // index of the first that others can find
  // 0: the symbol is not in the table.
  uint32_t index_of(SymbolId id) const { return indexes_.empty() ? 0 : indexes_[id.value]; }
  std::string_view name(size_t position) const { return names_[position]; }
  uint32_t hash(size_t position) const { return hashes_[position]; }  // GNU's, of a defined symbol
  uint32_t bucket_count() const { return bucket_count_; }
  DynamicStrings& strings() { return strings_; }
  uint32_t name_offset(size_t position) const { return name_offsets_[position]; }

 private:
  void collect();
  void find_names();
  void order_defined();
  void number();

  Link& link_;
  std::vector<SymbolId> symbols_;
  std::vector<std::string_view> names_;
  std::vector<uint32_t> hashes_;
  std::vector<uint32_t> name_offsets_;
  Array<uint32_t> indexes_;  // by SymbolId
  uint32_t first_defined_ = 1;
  uint32_t bucket_count_ = 1;
  DynamicStrings strings_;
};

// True if the symbol has a place in this output: its own definition, or a copy of a library's.
bool is_defined_here(const Link& link, SymbolId id);

class DynamicSymbolsChunk : public PartedChunk {
 public:
  DynamicSymbolsChunk(Link& link, const DynamicSymbols& symbols) : link_(link), symbols_(symbols) {
    alignment = link.arch->word_size;
  }
  uint64_t size() const override;
  size_t part_count() const override;
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

 private:
  uint64_t entry_size() const;
  template <class E>
  void write_as(size_t begin, size_t end, MutableBytes out) const;

  Link& link_;
  const DynamicSymbols& symbols_;
};

// .dynstr: sized last, when all that name something have added their strings.
class DynamicStringsChunk : public PartedChunk {
 public:
  explicit DynamicStringsChunk(const DynamicStrings& strings) : strings_(strings) {}
  uint64_t size() const override { return strings_.size(); }
  size_t part_count() const override { return strings_.part_count(); }
  uint64_t part_begin(size_t part) const override { return strings_.part_begin(part); }
  void write_part(size_t part, MutableBytes out) const override { strings_.write_part(part, out); }

 private:
  const DynamicStrings& strings_;
};

class GnuHashChunk : public Chunk {
 public:
  GnuHashChunk(const Link& link, const DynamicSymbols& symbols);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
  const DynamicSymbols& symbols_;
  uint32_t bloom_words_ = 1;
};

class SysvHashChunk : public Chunk {
 public:
  explicit SysvHashChunk(const DynamicSymbols& symbols) : symbols_(symbols) { alignment = 4; }
  uint64_t size() const override { return uint64_t{4} * (2 + bucket_count() + symbols_.symbols().size() + 1); }
  void write(MutableBytes out) const override;

 private:
  uint32_t bucket_count() const { return static_cast<uint32_t>(symbols_.symbols().size() / 2 + 1); }

  const DynamicSymbols& symbols_;
};

}  // namespace xld::elf
