// How a thread is started, for the two calls that do so.
#pragma once

#include "kernel_image/runtime/thread.h"

namespace xrt XRT_HIDDEN {

struct ThreadStart {
  int (*function)(void*);
  void* argument;
  uint64_t stack_top;
  uint64_t thread_pointer;
};

// Numbers a thread whose area was made, and makes it ready.
void start_thread(Thread* thread, const ThreadStart& start);

}  // namespace xrt XRT_HIDDEN
