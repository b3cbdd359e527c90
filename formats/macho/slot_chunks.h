// Slots and stubs: __got, __thread_ptrs, __stubs, and what the indirect symbol table says about their entries.
//
// With chained fixups stubs jump through words of __got, which the loader fills before the program starts; else
// (lazy_stubs.h) they have words in a section of their own. So have pointers to thread-local variables' descriptors.
#pragma once

#include <algorithm>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kStubSection = "__TEXT,__stubs";
inline constexpr std::string_view kThreadPointerSection = "__DATA,__thread_ptrs";

// Words of __thread_ptrs.
inline uint32_t thread_pointer_count(const Link& link) {
  return link.slots.got_words - std::min(link.slots.first_apart, link.slots.got_words);
}

// Slots that are not in __thread_ptrs.
inline uint32_t plain_pointer_count(const Link& link) {
  return link.slots.got_words - thread_pointer_count(link);
}

// Words of __got: slots, then those of stubs, if these have no section of their own.
uint32_t got_word_count(const Link& link);

// What a word holds until the loader has been there: of what we define ourselves and another image may override, ours.
uint64_t value_before_binding(const Link& link, const SlotOwner& owner);

class GotChunk : public Chunk {
 public:
  explicit GotChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{got_word_count(link_)} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

class ThreadPointersChunk : public Chunk {
 public:
  explicit ThreadPointersChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{thread_pointer_count(link_)} * link_.arch->word_size; }
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

// x86-64: stubs are bare jumps of six bytes, as ld64's are; no system of these files tracks branches.
inline bool has_bare_stubs(const Link& link) {
  return link.target().cpu == Cpu::X86_64;
}

class StubChunk : public Chunk {
 public:
  explicit StubChunk(const Link& link) : link_(link) {
    alignment = has_bare_stubs(link) ? 2 : link.arch->function_alignment;
  }
  uint64_t size() const override { return uint64_t{link_.slots.stubs.size()} * link_.slots.stub_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// One word an entry: first of the stubs, then of the words of __got, of those that stubs jump through, of
// __thread_ptrs, then of pointers with names (reserved1 of the sections).
class IndirectSymbolsChunk : public Chunk {
 public:
  explicit IndirectSymbolsChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return align_up(uint64_t{count()} * 4, alignment); }
  void write(MutableBytes out) const override;
  uint32_t count() const { return first_named_pointer() + static_cast<uint32_t>(link_.slots.pointers.size()); }
  uint32_t first_pointer() const { return static_cast<uint32_t>(link_.slots.stubs.size()); }
  uint32_t first_stub_pointer() const { return first_pointer() + plain_pointer_count(link_); }
  uint32_t first_thread_pointer() const { return first_stub_pointer() + link_.slots.stub_words; }
  uint32_t first_named_pointer() const { return first_thread_pointer() + thread_pointer_count(link_); }

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
