// What cannot be a kernel image, said with the number that is too large.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// Of the options; before anything is read.
void check_options(Link& link);

// Of the program; when addresses are known.
void check_layout(Link& link);

}  // namespace xld::kernel_image
