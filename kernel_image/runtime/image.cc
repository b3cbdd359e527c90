// The program headers of the image, found behind its ELF header in memory.
#include "kernel_image/runtime/image.h"

namespace xrt XRT_HIDDEN {

namespace {

struct ElfHeader {
  uint8_t identification[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, segments_offset, sections_offset;
  uint32_t flags;
  uint16_t header_size, segment_size, segment_count;
};

extern "C" XRT_HIDDEN const ElfHeader __ehdr_start;

}  // namespace

SegmentTable segments() {
  const auto* start = reinterpret_cast<const char*>(&__ehdr_start);
  return {reinterpret_cast<const Segment*>(start + __ehdr_start.segments_offset), __ehdr_start.segment_count};
}

const Segment* find_segment(Segment::Type type) {
  for (const Segment& segment : segments())
    if (segment.type == type) return &segment;
  return nullptr;
}

}  // namespace xrt XRT_HIDDEN
