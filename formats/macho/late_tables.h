// The tables of __LINKEDIT that are made when all addresses but their own are known.
#pragma once

#include "formats/format.h"

namespace xld::macho {

// Format::build_late_tables.
void build_late_tables(Link& link);

}  // namespace xld::macho
