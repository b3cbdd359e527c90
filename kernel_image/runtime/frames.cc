// Ranges of usable memory, and the frames taken from them.
#include "kernel_image/runtime/frames.h"

#include "kernel_image/runtime/image.h"
#include "kernel_image/runtime/paging.h"

namespace xrt XRT_HIDDEN {

FrameCounts frame_counts;

namespace {

constexpr uint64_t kConventional = 1 << 20;  // below: the first megabyte, which has uses of its own

struct Range {
  uint64_t start, end;  // whole frames; empty if equal
};

// A machine with more pieces than this loses the rest of them.
constexpr unsigned kMaxRanges = 96;

struct {
  Range ranges[kMaxRanges];
  unsigned count;
  uint64_t released;  // the first frame of the list of those given back
} memory;

constexpr uint64_t round_up(uint64_t value) {
  return (value + kPageSize - 1) & ~(kPageSize - 1);
}
constexpr uint64_t round_down(uint64_t value) {
  return value & ~(kPageSize - 1);
}

void append_range(uint64_t start, uint64_t end) {
  if (start < end && memory.count < kMaxRanges) memory.ranges[memory.count++] = {start, end};
}

// Takes [start, end) out of all ranges; one that it cuts in two becomes two.
void remove_range(uint64_t start, uint64_t end) {
  for (unsigned i = 0; i < memory.count; ++i) {
    Range& range = memory.ranges[i];
    if (end <= range.start || range.end <= start) continue;
    if (end < range.end && range.start < start) append_range(end, range.end);
    if (range.start < start)
      range.end = start;
    else
      range.start = end < range.end ? end : range.end;
  }
}

uint64_t end_of(uint64_t start, uint64_t size) {
  return start + size < start ? UINT64_MAX - kPageSize : start + size;
}

// A frame lies below 2^52, whatever a memory map says.
constexpr uint64_t kPhysicalLimit = uint64_t{1} << 52;

void add_usable(const MemoryMapEntry& entry) {
  uint64_t start = round_up(entry.address);
  uint64_t end = round_down(end_of(entry.address, entry.size));
  if (start < kPageSize) start = kPageSize;
  if (end > kPhysicalLimit) end = kPhysicalLimit;
  if (start >= end) return;
  remove_range(start, end);  // what two entries name is there once
  append_range(start, end);
}

void remove_bytes(uint64_t start, uint64_t size) {
  if (size != 0) remove_range(round_down(start), round_up(end_of(start, size)));
}

// The next frame that was never used: above 1 MiB if there is one.
uint64_t take_untouched() {
  Range* best = nullptr;
  for (unsigned i = 0; i < memory.count; ++i) {
    Range& range = memory.ranges[i];
    if (range.start == range.end) continue;
    if (range.start >= kConventional || best == nullptr) best = &range;
    if (range.start >= kConventional) break;
  }
  if (best == nullptr) return kNoFrame;
  const uint64_t frame = best->start;
  best->start += kPageSize;
  return frame;
}

}  // namespace

void collect_usable_memory(const StartInfo& info) {
  const auto* map = reinterpret_cast<const MemoryMapEntry*>(info.memory_map);
  for (uint32_t i = 0; i < info.memory_map_count; ++i)
    if (map[i].type == MemoryMapEntry::kUsable) add_usable(map[i]);
  for (uint32_t i = 0; i < info.memory_map_count; ++i)
    if (map[i].type != MemoryMapEntry::kUsable) remove_bytes(map[i].address, map[i].size);
  for (const Segment& segment : segments())
    if (segment.type == Segment::Load) remove_bytes(segment.physical, segment.size);
  const auto* modules = reinterpret_cast<const BootModule*>(info.modules);
  for (uint32_t i = 0; i < info.module_count; ++i) remove_bytes(modules[i].address, modules[i].size);
  for (unsigned i = 0; i < memory.count; ++i)
    frame_counts.total += (memory.ranges[i].end - memory.ranges[i].start) / kPageSize;
  frame_counts.free = frame_counts.total;
}

uint64_t take_frame() {
  InterruptLock lock;
  return frame_counts.free > frame_counts.promised ? take_promised_frame() : kNoFrame;
}

uint64_t take_promised_frame() {
  InterruptLock lock;
  uint64_t frame = memory.released;
  if (frame == kNoFrame) frame = take_untouched();
  FrameWindow window(frame);
  if (frame == memory.released) memory.released = window.words()[0];
  window.fill_with_zeros();
  --frame_counts.free;
  return frame;
}

void give_frame(uint64_t frame) {
  InterruptLock lock;
  FrameWindow window(frame);
  window.words()[0] = memory.released;
  memory.released = frame;
  ++frame_counts.free;
}

}  // namespace xrt XRT_HIDDEN
