// Names that a kernel image provides to the program: numbers of the image, and a table for the runtime.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// The second entry, which loaders that enter in 64-bit mode are given if the program defines it.
inline constexpr std::string_view kEntry64 = "xrt_start64";

// Format::provide_symbols and define_symbols.
void provide_symbols(Link& link);
void define_symbols(Link& link);

// Adds the table of functions if it is referred to.
void add_tables(Link& link);

}  // namespace xld::kernel_image
