// --shuffle-sections: sections of the inputs in another order, to find code that depends on the order by accident, or
// to see how much of a measurement is due to it.
#pragma once

#include <vector>

#include "formats/format.h"

namespace xld::elf {

// Rearranges what matches among the places it has in its output section. The order follows from the seed alone.
void shuffle_atoms(const Link& link, std::vector<OutputSection>& sections);

}  // namespace xld::elf
