// Names that a kernel image provides to the program: numbers of the image, its checksum, and a table for the runtime.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// Format::provide_symbols and define_symbols.
void provide_symbols(Link& link);
void define_symbols(Link& link);

// Adds the table of functions and the checksum if they are referred to.
void add_tables(Link& link);

// Fills in what the finished bytes tell: the checksum (Format::seal).
void seal_names(const Link& link, Image& image);

}  // namespace xld::kernel_image
