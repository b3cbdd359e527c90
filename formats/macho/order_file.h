// -order_file: functions and data in the order of a list. ld64's manual: a symbol a line, after `object.o:` if only
// that object's is meant, and after an architecture if the line is for that only; `#` begins a comment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "formats/format.h"

namespace xld::macho {

// The place of each atom that the lists name, lowest first.
std::map<AtomId, uint32_t> read_order(Link& link);

}  // namespace xld::macho
