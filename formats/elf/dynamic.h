// The dynamic section of outputs that relocate themselves or are loaded, with the tables it must name. gABI chapter 5.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/elf/slot_chunks.h"
#include "formats/format.h"

namespace xld::elf {

class DynamicChunk : public Chunk {
 public:
  DynamicChunk(Link& link, const LoadRelocsChunk* relocs) : link_(link), relocs_(relocs) {
    alignment = link.target().word_size;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  struct Entry {
    int64_t tag;
    uint64_t value;
  };
  std::vector<Entry> entries() const;

  Link& link_;
  const LoadRelocsChunk* relocs_;
};

// Zero bytes: the null symbol of .dynsym, the empty name of .dynstr.
class ZeroChunk : public Chunk {
 public:
  ZeroChunk(uint64_t size, uint64_t chunk_alignment) : size_(size) { alignment = chunk_alignment; }
  uint64_t size() const override { return size_; }
  void write(MutableBytes /*out*/) const override {}

 private:
  uint64_t size_;
};

}  // namespace xld::elf
