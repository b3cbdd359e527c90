// __TEXT,__init_offsets: initialisers as distances from the header, in place of __mod_init_func's pointers. The loader
// has nothing to adjust there, and nobody can overwrite them. <mach-o/loader.h>, S_INIT_FUNC_OFFSETS.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kInitOffsetsSection = "__TEXT,__init_offsets";

// True if the output has them: the options say so, or it has chained fixups. Known when all objects are.
bool wants_init_offsets(const Link& link);

// An atom of __mod_init_func that is not copied but written as offsets.
bool becomes_offsets(const Link& link, const Atom& atom);

class InitOffsetsChunk : public Chunk {
 public:
  // `tables` in the order in which they run.
  InitOffsetsChunk(const Link& link, std::vector<AtomId> tables) : link_(link), tables_(std::move(tables)) {
    alignment = 4;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  void write_table(const Atom& table, MutableBytes out) const;

  const Link& link_;
  std::vector<AtomId> tables_;
};

}  // namespace xld::macho
