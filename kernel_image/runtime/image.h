// The image the runtime is part of, as its own program headers describe it.
//
// xld keeps the ELF header and the program headers in memory whatever the kind of image, and defines __ehdr_start.
// Specification: System V gABI, chapter 5, program header.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

struct Segment {
  enum Type : uint32_t { Load = 1, ThreadLocal = 7, Stack = 0x6474e551, ReadOnlyAfterStart = 0x6474e552 };
  enum Flags : uint32_t { Execute = 1, Write = 2 };

  uint32_t type;
  uint32_t flags;
  uint64_t offset;
  uint64_t address;  // virtual
  uint64_t physical;
  uint64_t file_size;
  uint64_t size;
  uint64_t alignment;
};
static_assert(sizeof(Segment) == 56);

struct SegmentTable {
  const Segment* first;
  unsigned count;

  const Segment* begin() const { return first; }
  const Segment* end() const { return first + count; }
};

// Works before paging is set up as well: the addresses are then physical ones.
SegmentTable segments();

// The first segment of a type, or null.
const Segment* find_segment(Segment::Type type);

}  // namespace xrt XRT_HIDDEN
