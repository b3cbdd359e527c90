// Chunk: bytes the linker makes itself: headers, tables, slots, merged strings.
//
// A chunk's size is settled before addresses are given, its bytes are written when all addresses are known, part by
// part and possibly by several threads at once. Late chunks are written when everything else is.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace xld {

class Chunk {
 public:
  virtual ~Chunk() = default;

  virtual uint64_t size() const = 0;
  // `out` has size() bytes, all zero.
  virtual void write(MutableBytes out) const = 0;

  // Chunks large enough to be shared among threads consist of several parts, which cover it in order.
  virtual size_t part_count() const { return 1; }
  virtual uint64_t part_begin(size_t /*part*/) const { return 0; }
  virtual void write_part(size_t /*part*/, MutableBytes out) const { write(out); }

  uint64_t alignment = 1;
  uint64_t address =
      0;  // run-time address; offset in the section until layout is done; offset in the file if not loaded
  bool is_late = false;  // sized and written when all others are: it describes them
};

// A chunk that is written in parts only.
class PartedChunk : public Chunk {
 public:
  void write(MutableBytes out) const final {
    for (size_t part = 0; part < part_count(); part++) {
      const uint64_t begin = part_begin(part);
      const uint64_t end = part + 1 < part_count() ? part_begin(part + 1) : size();
      write_part(part, out.subspan(begin, end - begin));
    }
  }
  size_t part_count() const override = 0;
  uint64_t part_begin(size_t part) const override = 0;
  void write_part(size_t part, MutableBytes out) const override = 0;
};

}  // namespace xld
