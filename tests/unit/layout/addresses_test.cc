#include <gtest/gtest.h>

#include "layout/layout.h"

namespace xld {
namespace {

class FixedChunk : public Chunk {
 public:
  FixedChunk(uint64_t size, uint64_t chunk_alignment) : size_(size) { alignment = chunk_alignment; }
  uint64_t size() const override { return size_; }
  void write(MutableBytes) const override {}

 private:
  uint64_t size_;
};

// As headers do: as many bytes as all other sections have, which it must not ask for too early.
class SummingChunk : public Chunk {
 public:
  explicit SummingChunk(const Layout& layout) : layout_(layout) { is_late = true; }
  uint64_t size() const override {
    uint64_t sum = 0;
    for (size_t i = 1; i < layout_.sections.size(); i++)
      sum += layout_.sections[i].size + layout_.sections[i].alignment;
    return sum;
  }
  void write(MutableBytes) const override {}

 private:
  const Layout& layout_;
};

TEST(AssignOffsets, ALateChunkSeesTheSizesOfAllOthers) {
  for (const uint32_t threads : {1u, 4u}) {
    ThreadPool pool(threads);
    Layout layout;
    layout.sections.resize(2);
    SummingChunk first(layout);
    FixedChunk other(100, 16);
    layout.sections[0].chunks = {&first};
    layout.sections[1].chunks = {&other};
    assign_offsets(pool, layout, nullptr);
    EXPECT_EQ(layout.sections[0].size, 116u);
  }
}

}  // namespace
}  // namespace xld
