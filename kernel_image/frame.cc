// See frame.h.
#include "kernel_image/frame.h"

#include <algorithm>

#include "core/bytes.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {
constexpr uint32_t kLastRank = 9999;
constexpr uint64_t kPage = 0x1000;
}  // namespace

// The bytes are in the file already, zeros before the next segment.
void fill_pages(Link& link) {
  std::vector<Segment>& segments = link.layout.segments;
  for (size_t i = 0; i + 1 < segments.size(); i++) {
    Segment& segment = segments[i];
    const Segment& next = segments[i + 1];
    if (segment.file_size != segment.memory_size || next.file_offset < segment.file_offset) continue;
    const uint64_t to_page_end = align_up(segment.load_address + segment.file_size, kPage) - segment.load_address;
    const uint64_t to_next = std::min(next.file_offset - segment.file_offset, next.load_address - segment.load_address);
    if (to_next >= to_page_end) segment.file_size = segment.memory_size = to_page_end;
  }
}

// Behind all others in the list of sections, as those of the image are numbered; its place in the file is the first.
void add_prefix(Link& link, Chunk* chunk) {
  OutputSection& section = link.layout.sections.emplace_back();
  section.rank = kLastRank;
  section.chunks.push_back(chunk);
}

void move_contents(Link& link, uint64_t distance) {
  Layout& layout = link.layout;
  for (OutputSection& section : layout.sections) section.file_offset += distance;
  for (Segment& segment : layout.segments) segment.file_offset += distance;
  layout.file_size += distance;
}

void make_room_for_prefix(Link& link) {
  OutputSection& prefix = link.layout.sections.back();
  prefix.size = prefix.chunks.front()->size();
  move_contents(link, prefix.size);
  prefix.file_offset = 0;
  link.layout.file_size = prefix.size + image_facts(link).size();  // not where layout had put the prefix, at the end
}

void pad_file(Link& link, uint64_t unit, uint64_t least) {
  link.layout.file_size = std::max(align_up(link.layout.file_size, unit), least);
}

}  // namespace xld::kernel_image
