// Functions of libraries that are bound when they are first called: __stubs jump through __la_symbol_ptr, whose words
// lead to __stub_helper at first, which has dyld find the function and replace the word.
//
// For systems that bind by opcodes, as ld64 does; chained fixups have no such thing. What the loader coalesces (weak
// definitions) is bound at load time all the same, and so is everything if no library has the loader's function.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kLazyPointerSection = "__DATA,__la_symbol_ptr";
inline constexpr std::string_view kStubHelperSection = "__TEXT,__stub_helper";
inline constexpr std::string_view kLoaderWordName = "__dyld_private";
inline constexpr uint32_t kNotLazy = UINT32_MAX;

// Which slots have tables of their own; asks for the loader's function. Before slots are numbered.
void settle_slot_rules(Link& link);

// After imports are numbered: which stubs are lazy.
void number_lazy_stubs(Link& link);

// The words stubs jump through, where they are not in __got.
class LazyPointersChunk : public Chunk {
 public:
  explicit LazyPointersChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{link_.slots.stub_words} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// The loader's own word, which tells it the image.
class LoaderWordChunk : public Chunk {
 public:
  explicit LoaderWordChunk(const Link& link) : size_(link.arch->word_size) { alignment = size_; }
  uint64_t size() const override { return size_; }
  void write(MutableBytes out) const override { std::fill(out.begin(), out.end(), uint8_t{0}); }

 private:
  uint64_t size_;
};

// A head that calls the loader, and an entry for each lazy stub, which tells it what to bind.
class StubHelperChunk : public Chunk {
 public:
  explicit StubHelperChunk(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;
  uint64_t entry_address(uint32_t entry) const;

 private:
  const Link& link_;
};

}  // namespace xld::macho
