// Slots and stubs: __got, __stubs, and what the indirect symbol table says about their entries.
//
// Stubs jump through words that stand behind the slots in the same section: the loader fills them all before the
// program starts.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kStubSection = "__TEXT,__stubs";

// Words of __got: slots, then those of stubs.
inline uint32_t pointer_count(const Link& link) {
  return link.slots.got_words + link.slots.stub_words;
}

class GotChunk : public Chunk {
 public:
  explicit GotChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{pointer_count(link_)} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// Words with names of their own that the loader fills with the addresses of imports.
class PointersChunk : public Chunk {
 public:
  explicit PointersChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{link_.slots.pointers.size()} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

class StubChunk : public Chunk {
 public:
  explicit StubChunk(const Link& link) : link_(link) { alignment = link.arch->function_alignment; }
  uint64_t size() const override { return uint64_t{link_.slots.stubs.size()} * link_.slots.stub_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// One word an entry: first of the stubs, then of the words of __got, then of pointers with names (reserved1 of the
// sections).
class IndirectSymbolsChunk : public Chunk {
 public:
  explicit IndirectSymbolsChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return align_up(uint64_t{count()} * 4, alignment); }
  void write(MutableBytes out) const override;
  uint32_t count() const { return first_named_pointer() + static_cast<uint32_t>(link_.slots.pointers.size()); }
  uint32_t first_pointer() const { return static_cast<uint32_t>(link_.slots.stubs.size()); }
  uint32_t first_named_pointer() const { return first_pointer() + pointer_count(link_); }

 private:
  uint32_t entry_for(SymbolId symbol) const;

  const Link& link_;
};

}  // namespace xld::macho
