// Kernel images: programs for machines without an operating system, framed so that firmware and boot loaders start
// them.
//
// A kernel image is an ELF link with a few entries of the format's table replaced; see docs/decisions/0016. All kinds
// have one layout: file offset and physical address differ by one number (the load address), zero-filled memory comes
// last, and the program starts at one entry, in 32-bit mode with EBX pointing to a PVH start information (Xen
// docs/misc/pvh). Headers and stubs of the other protocols stand before that image and translate to it.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

extern const Format kFormat;

// What the command line leaves to be completed once all of it is read: the runtime library, found in `directories`.
void complete_options(Options& options, const std::vector<std::string>& directories);

}  // namespace xld::kernel_image
