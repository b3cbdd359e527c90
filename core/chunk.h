// Chunk: bytes the linker makes itself: headers, tables, slots, merged strings.
//
// A chunk's size is settled before addresses are given, its bytes are written when all addresses are known. write() runs
// once, possibly at the same time as that of other chunks.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace xld {

class Chunk {
 public:
  virtual ~Chunk() = default;

  virtual uint64_t size() const = 0;
  // `out` has size() bytes, all zero, and will be found at `address` at run time.
  virtual void write(MutableBytes out, uint64_t address) const = 0;

  uint64_t alignment = 1;
  uint64_t address = 0;  // set by layout
};

}  // namespace xld
