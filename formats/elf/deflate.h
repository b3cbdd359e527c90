// Compression for speed: one deflate stream (RFC 1951) or a part of one.
//
// Go compresses debug information by default, and some distributions do so too. zlib's fastest level then takes four
// fifths of such a link; this takes about half of that time and its output is no larger
// (docs/decisions/0028-a-fast-deflate.md). Other levels are zlib's.
#pragma once

#include <vector>

#include "core/bytes.h"

namespace xld::elf {

// Compresses `contents`, at most 4 GiB - 1 bytes, on its own: no reference goes back beyond its beginning. The last
// part ends the stream; others end at a byte, so that the next one can follow. The result depends on the arguments
// only.
std::vector<uint8_t> deflate_fast(Bytes contents, bool is_last);

}  // namespace xld::elf
