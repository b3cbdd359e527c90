// What has to be changed in an image before it runs, in the three encodings that history left.
#pragma once

#include "tests/macho_run/image.h"

namespace macho_run {

// By the kind of the image: one of the three below.
void apply_fixups(const Image& image);
void apply_opcodes(const Image& image);         // opcodes.cc: LC_DYLD_INFO
void apply_chained_fixups(const Image& image);  // chained.cc: LC_DYLD_CHAINED_FIXUPS
void apply_classic_fixups(const Image& image);  // classic.cc: relocations and indirect symbols

// After all images have been bound: definitions that are weak become one.
void coalesce_weak_symbols(const Image& image);

}  // namespace macho_run
