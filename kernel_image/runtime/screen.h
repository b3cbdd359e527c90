// The text screen of VGA, 80 by 25.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

// Maps and clears the screen, if there is one. Before this, characters go nowhere.
void start_screen();
void write_screen(char character);

}  // namespace xrt XRT_HIDDEN
