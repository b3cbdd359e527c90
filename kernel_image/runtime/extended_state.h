// x87, SSE, AVX and whatever else XSAVE keeps (Intel SDM volume 1, chapter 13).
//
// The runtime itself is compiled for general registers only, so these belong to the threads: they are saved and loaded
// when the CPU goes from one thread to another, and at no other time.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

// Lets programs use every extension that the CPU has and XSAVE or FXSAVE can keep.
void enable_extended_state();

// Bytes that a thread's saved state takes; its place must be 64-aligned.
uint64_t extended_state_size();

// Makes a zeroed place the state of a program that starts.
void prepare_extended_state(uint8_t* place);
void save_extended_state(uint8_t* place);
void load_extended_state(const uint8_t* place);

}  // namespace xrt XRT_HIDDEN
