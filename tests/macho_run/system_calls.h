// Raw system calls of images that do without a library: static programs of the classic kind.
#pragma once

#include "tests/macho_run/image.h"

namespace macho_run {

// From now on every system call instruction inside the image is answered as Darwin would.
void trap_system_calls(const Image& image);

}  // namespace macho_run
