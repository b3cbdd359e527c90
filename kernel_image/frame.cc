// See frame.h.
#include "kernel_image/frame.h"

#include <algorithm>

#include "core/bytes.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {
constexpr uint32_t kLastRank = 9999;
}

// Behind all others in the list of sections, as those of the image are numbered; its place in the file is the first.
void add_prefix(Link& link, Chunk* chunk) {
  OutputSection& section = link.layout.sections.emplace_back();
  section.rank = kLastRank;
  section.chunks.push_back(chunk);
}

void make_room_for_prefix(Link& link) {
  Layout& layout = link.layout;
  OutputSection& prefix = layout.sections.back();
  prefix.size = prefix.chunks.front()->size();
  for (OutputSection& section : layout.sections) section.file_offset += prefix.size;
  for (Segment& segment : layout.segments) segment.file_offset += prefix.size;
  prefix.file_offset = 0;
  layout.file_size = image_facts(link).size() + prefix.size;
}

void pad_file(Link& link, uint64_t unit, uint64_t least) {
  link.layout.file_size = std::max(align_up(link.layout.file_size, unit), least);
}

}  // namespace xld::kernel_image
