// The frame allocator: physical memory, a page at a time.
//
// Owns the list of usable ranges, made from the loader's memory map less the image and everything the map calls
// anything else. Frames that were never used are taken from the ranges in order; frames that were given back form a
// list threaded through themselves. So nothing is set up per frame, and a machine with a terabyte starts as fast as
// one with two megabytes. Memory below 1 MiB comes last.
#pragma once

#include "kernel_image/runtime/start_info.h"

namespace xrt XRT_HIDDEN {

inline constexpr uint64_t kNoFrame = 0;  // physical page 0 is never handed out

// Reads the memory map and the image's extent. Before this there is no frame to take.
void collect_usable_memory(const StartInfo& info);

// A frame full of zeros, or kNoFrame if what is free is promised.
uint64_t take_frame();

// One of those that are promised: there is one.
uint64_t take_promised_frame();

// Gives back what take_frame() returned. Nothing may map the frame any more.
void give_frame(uint64_t frame);

struct FrameCounts {
  uint64_t total;     // usable frames the machine has
  uint64_t free;      // of these, not taken
  uint64_t promised;  // of the free ones, already promised to mappings that touch them later (mapping.h)
};
extern FrameCounts frame_counts;

}  // namespace xrt XRT_HIDDEN
