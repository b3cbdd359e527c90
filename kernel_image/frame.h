// Frames: what is put around the image in the file when its size is known.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// Adds a section for `chunk`, which will stand in the file before everything else without being loaded.
void add_prefix(Link& link, Chunk* chunk);

// Moves everything back in the file by the size that the prefix now has. After layout.
void make_room_for_prefix(Link& link);

// Extends the file by zeros to a multiple of `unit`, and to `least` bytes.
void pad_file(Link& link, uint64_t unit, uint64_t least = 0);

}  // namespace xld::kernel_image
