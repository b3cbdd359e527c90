// The ELF plan: which sections the output has, in which order, in which segments. Format::plan.
#pragma once

#include "formats/format.h"

namespace xld::elf {

void plan(Link& link);
void plan_relocatable(Link& link);  // relocatable_plan.cc

// What an output that is planned like an ELF file does otherwise.
struct PlanVariant {
  void (*add_head)(Link&);          // adds what stands before everything else in memory; none: there is nothing
  bool is_memory_only = false;      // what is not loaded, such as debug information, is left out
  bool has_fixed_base = false;      // what stands first does so at the image base, wherever the first section is placed
  void (*adjust)(Link&) = nullptr;  // has the last word on Layout::plan, sections and segments
};
void plan_as(Link& link, const PlanVariant& variant);

// Position of an output section: GNU ld's default order.
uint32_t section_rank(const OutputSection& section);

}  // namespace xld::elf
