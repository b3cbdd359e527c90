// MergeChunk: a pool of merged strings or constants as a part of an output section.
#pragma once

#include "core/chunk.h"
#include "layout/merge.h"

namespace xld {

class MergeChunk : public PartedChunk {
 public:
  explicit MergeChunk(const MergedSection& pool) : pool_(pool) {}
  uint64_t size() const override { return pool_.size(); }
  size_t part_count() const override { return pool_.part_count(); }
  uint64_t part_begin(size_t part) const override { return pool_.part_begin(part); }
  void write_part(size_t part, MutableBytes out) const override { pool_.write_part(part, out); }

 private:
  const MergedSection& pool_;
};

}  // namespace xld
