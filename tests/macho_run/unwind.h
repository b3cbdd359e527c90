// Exceptions: what an image says about its frames, handed to the unwinder of the host (libgcc).
#pragma once

#include "tests/macho_run/image.h"

namespace macho_run {

// Reads __unwind_info (or __eh_frame where there is none) and registers the same in the form that libgcc understands.
void register_unwind_info(const Image& image);

}  // namespace macho_run
