// How messages and reports name places and symbols of Mach-O files.
#pragma once

#include "formats/format.h"

namespace xld::macho {

extern const Descriptions kDescriptions;

}  // namespace xld::macho
