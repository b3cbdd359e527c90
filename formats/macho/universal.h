// Universal files: several files, each for one CPU, in one. <mach-o/fat.h>.
#pragma once

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::macho {

bool is_universal(Bytes bytes);

// The part for `cpu`; a file that is not universal is its own part.
Result<Bytes> slice_for(Bytes bytes, Cpu cpu);

}  // namespace xld::macho
