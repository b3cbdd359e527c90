// The sections behind slots: .got, .got.plt, stubs, and the tables of words the loader or start-up code finishes.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::elf {

// .got: the numbered slots.
class GotChunk : public Chunk {
 public:
  explicit GotChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{link_.slots.got_words} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// .got.plt: three reserved words (x86 psABIs: _DYNAMIC and two for the loader), then the words stubs jump through.
class StubTableChunk : public Chunk {
 public:
  static constexpr uint32_t kReservedWords = 3;

  explicit StubTableChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{kReservedWords + link_.slots.stub_words} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// .iplt: stubs of functions that a resolver chooses.
class StubsChunk : public Chunk {
 public:
  explicit StubsChunk(const Link& link) : link_(link) { alignment = link.arch->function_alignment; }
  uint64_t size() const override { return link_.slots.stubs.size() * link_.arch->stub_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// Words that the resolvers' answers are written to: .rela.plt of a static executable, where start-up code finds it
// between __rela_iplt_start and __rela_iplt_end.
class ResolverRelocsChunk : public Chunk {
 public:
  explicit ResolverRelocsChunk(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// .rela.dyn or .rel.dyn of a static PIE: relative relocations in the order of their addresses, then the resolvers.
class LoadRelocsChunk : public Chunk {
 public:
  explicit LoadRelocsChunk(Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;
  uint64_t relative_count() const;

 private:
  Link& link_;
};

// How many resolver relocations there are, and the size of a dynamic relocation record.
size_t resolver_reloc_count(const Link& link);
uint64_t dynamic_reloc_size(const Link& link);

}  // namespace xld::elf
