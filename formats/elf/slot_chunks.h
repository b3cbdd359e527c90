// The sections behind slots: .got, .got.plt, stubs, and the tables of words the loader or start-up code finishes.
#pragma once

#include <algorithm>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::elf {

enum class StubForm : uint8_t {
  Tracked,  // begins with the instruction that branch tracking wants; binding on the first call is code of its own
  Binding,  // the second half hands over to the loader: the slot leads there until the first call
  Plain,    // a jump through a slot that is filled before
  Guarded,  // no CPU guesses where it goes; binding on the first call is code of its own
};

// By the options, what the output claims, and when its imports are bound.
StubForm choose_stub_form(const Link& link);

// What a CPU has for a form: the stub, whose jump may be shorter, and what stands before the table of lazy entries.
struct StubCode {
  uint32_t size, jump_size;
  decltype(Arch::write_jump) write_jump;
  uint32_t header_size;
  decltype(Arch::write_lazy_header) write_header;
};
StubCode stub_code(const Arch& arch, StubForm form);

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

// Stubs of functions that the loader finds or a resolver chooses: .plt.sec, .plt, .plt.got or .iplt, by their form.
class StubsChunk : public Chunk {
 public:
  // Aligned to the size of a stub, a power of two: StubFrames tells places in a stub by the address alone.
  explicit StubsChunk(const Link& link) : link_(link) { alignment = link.slots.stub_size; }
  uint64_t size() const override { return link_.slots.stubs.size() * uint64_t{link_.slots.stub_size}; }
  void write(MutableBytes out) const override;

 private:
  void write_stub(const Stub& stub, uint64_t stub_address, MutableBytes code) const;

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

// .plt: binding on the first call. A header, and for each word of an import an entry (Arch::write_lazy_entry), unless
// the stubs are those.
class LazyStubsChunk : public Chunk {
 public:
  explicit LazyStubsChunk(const Link& link) : link_(link) { alignment = link.arch->function_alignment; }
  uint64_t size() const override { return entry_offset(entry_count()); }
  void write(MutableBytes out) const override;
  uint64_t entry_offset(uint64_t index) const;

 private:
  uint64_t entry_count() const;

  const Link& link_;
};

}  // namespace xld::elf
