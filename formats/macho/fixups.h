// The words dyld adds the slide to, as the rebase opcodes of LC_DYLD_INFO_ONLY.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

class RebaseChunk : public Chunk {
 public:
  explicit RebaseChunk(const Link& link) : link_(link) {
    alignment = link.arch->word_size;
    is_late = true;  // fixups are found while atoms are written
  }
  // Opcodes are shorter when words are neighbours, which nobody knows yet: room for the longest form. Zeros after the
  // last opcode mean that there is no more.
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

}  // namespace xld::macho
