// The ELF plan: which sections the output has, in which order, in which segments. Format::plan.
#pragma once

#include "formats/format.h"

namespace xld::elf {

void plan(Link& link);
void plan_relocatable(Link& link);  // relocatable_plan.cc

// Position of an output section: GNU ld's default order.
uint32_t section_rank(const OutputSection& section);

}  // namespace xld::elf
