// What one CPU knows about itself.
//
// There is one of them so far. Code asks this_processor() and never for the object, so that a second CPU changes this
// file, its start, and InterruptLock.
#pragma once

#include "kernel_image/runtime/thread.h"

namespace xrt XRT_HIDDEN {

struct Processor {
  Thread* current;
};
extern Processor boot_processor;

inline Processor& this_processor() {
  return boot_processor;
}

}  // namespace xrt XRT_HIDDEN
