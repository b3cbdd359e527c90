// What the loader does to the output's words: .rela.dyn (.rel.dyn), .rela.plt (.rel.plt), and the copies of variables.
//
// x86-64 psABI §4.4.1 and i386 psABI §4.4.1, dynamic relocation types; "ELF Handling For Thread-Local Storage" §2 and
// the TLS descriptor papers for thread-local ones; IRELATIVE as in the GNU IFUNC proposal. Tables are in the order of
// -z combreloc: relative ones by address, then those with symbols, each symbol's together, resolvers last.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::elf {

struct DynamicReloc {
  uint64_t address = 0;
  uint32_t type = 0;
  SymbolId symbol;  // not valid: none
  uint64_t addend = 0;
};

// Size of a dynamic relocation record.
uint64_t dynamic_reloc_size(const Link& link);

// How many words resolvers fill.
size_t resolver_reloc_count(const Link& link);

// The copy of a library's variable, in .bss or, if nobody may write to it, in .bss.rel.ro. Names that share the
// variable in the library share the copy.
class CopyChunk : public Chunk {
 public:
  explicit CopyChunk(Link& link) : link_(link) {}
  // The symbol, and all others of its library at the same address.
  void add(SymbolId id);
  uint64_t size() const override { return size_; }
  void write(MutableBytes /*out*/) const override {}
  // Gives the symbols their addresses, when layout has given the chunk its own.
  void place_symbols();

  struct Copy {
    SymbolId symbol;  // what the loader looks for
    std::vector<SymbolId> names;
    uint64_t offset = 0;
  };
  const std::vector<Copy>& copies() const { return copies_; }

 private:
  Link& link_;
  std::vector<Copy> copies_;
  uint64_t size_ = 0;
};

// Sorts what has to be copied into two chunks; either may stay empty. Reports variables that cannot be copied.
struct Copies {
  CopyChunk* writable = nullptr;
  CopyChunk* read_only = nullptr;
};
Copies collect_copies(Link& link);

// The relocations of a static executable: words that the resolvers' answers are written to. Start-up code finds them
// between __rela_iplt_start and __rela_iplt_end.
class ResolverRelocsChunk : public Chunk {
 public:
  explicit ResolverRelocsChunk(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// .rela.plt of an output with a loader: the words stubs jump through, in the order of the words.
class StubRelocsChunk : public Chunk {
 public:
  explicit StubRelocsChunk(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// .relr.dyn: words the load address is added to, as addresses and bitmaps of what follows them (gABI, "Relative
// Relocation Table"). Its size depends on addresses, which move when it grows: layout is repeated until it fits, and
// what is left over then is filled with bitmaps without a bit.
class PackedRelocsChunk : public Chunk {
 public:
  explicit PackedRelocsChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return words_.size() * link_.arch->word_size; }
  void write(MutableBytes out) const override;
  // True if the size has changed.
  bool encode();

 private:
  std::vector<uint64_t> addresses() const;

  const Link& link_;
  std::vector<uint64_t> words_;
};

// True if there is a word to pack.
bool has_packed_words(const Link& link);

// .rela.dyn: everything else. Records, or Android's packed form (android_relocs.h), whose size depends on what they
// say: layout is repeated until it fits.
class LoadRelocsChunk : public Chunk {
 public:
  explicit LoadRelocsChunk(Link& link);
  uint64_t size() const override { return is_encoded() ? encoded_.size() : count() * dynamic_reloc_size(link_); }
  void write(MutableBytes out) const override;
  uint64_t count() const;
  uint64_t relative_count() const;

  bool is_encoded() const { return link_.encodes_fixups; }
  // True if the size has grown.
  bool encode();

 private:
  // Relative ones first, in the order of addresses; then the others by symbol, so that the loader looks each up once.
  template <class Visit>
  void for_each(Visit&& visit) const;

  Link& link_;
  const FixupCount fixups_;  // of all live atoms, which no longer change: asked for again and again
  std::vector<uint8_t> encoded_ = {0};
};

}  // namespace xld::elf
