// Functions that run before main: pointers in the arrays that the linker makes of .preinit_array and .init_array
// (System V gABI, chapter 5, "Initialization and Termination Functions").
//
// A part of the runtime that has to be set up puts itself into the first of them, which runs before constructors. So it
// is set up if it is linked, and nobody has to know. The order among parts is not defined.
#pragma once

#include "kernel_image/runtime/cpu.h"

using Initializer = void();

#define RUN_BEFORE_CONSTRUCTORS(function) \
  [[gnu::section(".preinit_array"), gnu::used]] Initializer* const function##_entry = function
