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

// .dynptr: pointers to imports, which stay writable: the program may take them for variables of its own.
class PointersChunk : public Chunk {
 public:
  explicit PointersChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{link_.slots.pointers.size()} * link_.arch->word_size; }
  void write(MutableBytes /*out*/) const override {}  // the loader does

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
  uint64_t lazy_entry(const Stub& stub) const;

  const Link& link_;
};

// .plt.sec or .iplt: stubs of functions that the loader finds or a resolver chooses.
class StubsChunk : public Chunk {
 public:
  explicit StubsChunk(const Link& link) : link_(link) { alignment = link.arch->function_alignment; }
  uint64_t size() const override { return link_.slots.stubs.size() * link_.arch->stub_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// Memory that code uses by agreement: the runtime's thread-local words.
class ReservedChunk : public Chunk {
 public:
  ReservedChunk(uint64_t size, uint64_t chunk_alignment) : size_(size) { alignment = chunk_alignment; }
  uint64_t size() const override { return size_; }
  void write(MutableBytes /*out*/) const override {}

 private:
  uint64_t size_;
};

// .plt: binding on the first call (Arch::write_lazy_entry), an entry for each word of an import.
class LazyStubsChunk : public Chunk {
 public:
  explicit LazyStubsChunk(const Link& link) : link_(link) { alignment = link.arch->function_alignment; }
  uint64_t size() const override {
    return link_.arch->lazy_header_size + uint64_t{link_.slots.import_words} * link_.arch->lazy_entry_size;
  }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

}  // namespace xld::elf
