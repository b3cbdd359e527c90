// How messages and reports name places and symbols of Mach-O files.
#pragma once

#include "formats/format.h"

namespace xld::macho {

extern const Descriptions kDescriptions;

// A symbol's name for messages: as the source has it, if the options want that.
std::string describe_name(const Link& link, std::string_view name);

}  // namespace xld::macho
