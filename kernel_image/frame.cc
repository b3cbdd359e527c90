// See frame.h.
#include "kernel_image/frame.h"

#include <algorithm>

#include "core/bytes.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {

constexpr uint32_t kLastRank = 9999;
constexpr uint64_t kPage = 0x1000;

// How far other segments are, in memory and in the file: nothing else is in between. 0: there is none behind it in the
// file, where what is not loaded follows.
uint64_t room_of(const Segment& segment, const std::vector<Segment>& segments) {
  uint64_t in_memory = UINT64_MAX, in_file = UINT64_MAX;
  for (const Segment& other : segments) {
    if (other.load_address > segment.load_address)
      in_memory = std::min(in_memory, other.load_address - segment.load_address);
    if (other.file_offset > segment.file_offset) in_file = std::min(in_file, other.file_offset - segment.file_offset);
  }
  return in_file == UINT64_MAX ? 0 : std::min(in_memory, in_file);
}

}  // namespace

// The bytes are in the file already: zeros before the next segment.
void fill_pages(Link& link) {
  std::vector<Segment>& segments = link.layout.segments;
  for (Segment& segment : segments) {
    if (segment.file_size != segment.memory_size) continue;
    const uint64_t to_page_end = align_up(segment.load_address + segment.file_size, kPage) - segment.load_address;
    if (to_page_end <= room_of(segment, segments)) segment.file_size = segment.memory_size = to_page_end;
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
