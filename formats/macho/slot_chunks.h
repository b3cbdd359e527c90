// Slots and stubs: __got, __stubs, and what the indirect symbol table says about their entries.
//
// Stubs jump through words that stand behind the slots in the same section, and that the loader fills before the
// program starts; with lazy binding (lazy_stubs.h) they have a section of their own.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kStubSection = "__TEXT,__stubs";

// Words of __got: slots, then those of stubs.
inline uint32_t pointer_count(const Link& link) {
  return link.slots.got_words + link.slots.stub_words;
}

// What a word holds until the loader has been there: of what we define ourselves and another image may override, ours.
uint64_t value_before_binding(const Link& link, const SlotOwner& owner);

class GotChunk : public Chunk {
 public:
  explicit GotChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override;
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
  uint32_t first_stub_pointer() const { return first_pointer() + link_.slots.got_words; }
  uint32_t first_named_pointer() const { return first_pointer() + pointer_count(link_); }

 private:
  uint32_t entry_for(SymbolId symbol) const;

  const Link& link_;
};

// -r: the entries of the objects' own tables of pointers and stubs, in output order.
class KeptIndirectSymbolsChunk : public Chunk {
 public:
  explicit KeptIndirectSymbolsChunk(const Link& link);
  uint64_t size() const override { return uint64_t{count_} * 4; }
  void write(MutableBytes out) const override;
  uint32_t count() const { return count_; }
  // The first entry of a section; 0 if it has none.
  uint32_t first_of(const OutputSection& section) const;

 private:
  uint32_t entry_for(const InputFile& file, uint64_t row) const;
  uint32_t entry_count(AtomId id) const;

  const Link& link_;
  uint32_t count_ = 0;
};

}  // namespace xld::macho
