// .gdb_index: gathered from the debug information of all objects when addresses are known (formats/gdb_index.h).
//
// Units and ranges are read from the objects' sections after relocation. Names are those that the compiler published
// for the purpose (-ggnu-pubnames), whose sections are then left out of the output; those of units without such are
// read from their entries (formats/dwarf_names.h).
#pragma once

#include <vector>

#include "formats/format.h"

namespace xld::elf {

class GdbIndexContents : public Chunk, public ContentsCoder {
 public:
  explicit GdbIndexContents(Link& link) : link_(link) { alignment = 4; }

  void begin(size_t /*blocks*/) override {}
  void encode(size_t /*block*/, Bytes /*contents*/) override {}
  Chunk* finish(uint64_t size) override;

  uint64_t size() const override { return bytes_.size(); }
  void write(MutableBytes out) const override;

 private:
  Link& link_;
  std::vector<uint8_t> bytes_;
};

// Published names are for the index: their atoms do not live.
void drop_published_names(Link& link);

}  // namespace xld::elf
