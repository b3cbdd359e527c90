// The table of address slots, __DATA,__got, and what the indirect symbol table says about its entries.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kGotSection = "__DATA,__got";

class GotChunk : public Chunk {
 public:
  explicit GotChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{link_.slots.got_words} * link_.arch->word_size; }
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

// One word an entry of __got. All symbols are defined in the output, so none is named.
class IndirectSymbolsChunk : public Chunk {
 public:
  explicit IndirectSymbolsChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  uint64_t size() const override { return uint64_t{count()} * 4; }
  void write(MutableBytes out) const override;
  uint32_t count() const { return link_.slots.got_words; }

 private:
  const Link& link_;
};

}  // namespace xld::macho
