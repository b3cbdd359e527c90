// Frames: what is put around the image in the file when its size is known.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// Extends what ELF loaders load of each segment to the end of its page, so that no memory of the image is left as it
// was before. After layout.
void fill_pages(Link& link);

// Adds a section for `chunk`, which will stand in the file before everything else without being loaded.
void add_prefix(Link& link, Chunk* chunk);

// Moves everything that is in the file back by `distance`. After layout.
void move_contents(Link& link, uint64_t distance);

// Moves everything back by the size that the prefix now has, and puts that first.
void make_room_for_prefix(Link& link);

// Extends the file by zeros to a multiple of `unit`, and to `least` bytes.
void pad_file(Link& link, uint64_t unit, uint64_t least = 0);

}  // namespace xld::kernel_image
