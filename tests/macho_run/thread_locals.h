// Thread-local variables: the template of an image, and each thread's copy of it, made at the first access.
#pragma once

#include "tests/macho_run/image.h"

namespace macho_run {

// Points the descriptors of an image (__thread_vars) at the thunk, and numbers them.
void set_up_thread_locals(const Image& image);

}  // namespace macho_run
