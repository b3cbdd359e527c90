// Sections of real object files for the inner loops, read once and trusted; ELF64 only.
//
// The environment variable XLD_BENCH_OBJECTS names object files and archives, separated by colons.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace xld::bench {

struct RealSection {
  std::string_view name;
  Bytes content;
  uint32_t type;
  uint64_t flags;
  uint64_t alignment;
  uint64_t entry_size;
};

// All sections of all objects in order; names are views of memory that is never given back.
const std::vector<RealSection>& real_sections();

}  // namespace xld::bench
