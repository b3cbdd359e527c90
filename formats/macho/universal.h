// Universal files: several files, each for one CPU, in one. <mach-o/fat.h>.
#pragma once

#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::macho {

bool is_universal(Bytes bytes);

// The part for `cpu`; a file that is not universal is its own part.
Result<Bytes> slice_for(Bytes bytes, Cpu cpu);

// What Apple's tools and stubs call a CPU; empty: it is not known.
std::string_view architecture_name(Cpu cpu);

}  // namespace xld::macho
