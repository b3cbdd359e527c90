// Code that undefined names ask the linker for, and lists that options do: Format::make_object.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld::macho {

// An object with it; empty: nothing is asked for.
std::string make_requested_code(const Link& link);

}  // namespace xld::macho
