// The ad-hoc code signature: digests of the file's pages, which the kernel of arm64 systems insists on.
#pragma once

#include "core/image.h"
#include "formats/format.h"

namespace xld::macho {

// Bytes of the signature of a file whose signature begins at `offset`.
uint64_t signature_size(const Link& link, uint64_t offset);

// Over the finished file; the last thing that is written.
void sign(const Link& link, Image& image);

}  // namespace xld::macho
