// The kinds of kernel image as a table: what stands before the program in memory and in the file, and the limits.
#pragma once

#include "formats/elf/plan.h"
#include "formats/format.h"

namespace xld::kernel_image {

struct Kind {
  ImageKind kind;
  bool is_variant;        // elf,multiboot or disk,poly
  std::string_view name;  // as users write it
  elf::PlanVariant plan;
  void (*frame)(Link&) = nullptr;               // wraps the image when its size is known
  void (*seal)(const Link&, Image&) = nullptr;  // over the finished bytes
  uint64_t fixed_load_address = 0;              // where the protocol puts it; 0: wherever it says
  uint64_t highest_end = uint64_t{1} << 32;     // physical end that the protocol can load to
  uint64_t largest_size = uint64_t{1} << 32;    // bytes with contents
  std::string_view limit = "32-bit addresses";  // what sets that limit, for messages
};

const Kind& kind_of(const Link& link);

}  // namespace xld::kernel_image
