// The Mach-O format as a table (formats/format.h).
#pragma once

#include "formats/format.h"

namespace xld::macho {

extern const Format kFormat;

}  // namespace xld::macho
