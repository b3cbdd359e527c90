// The Darwin dialect of the command line: what ld64 takes and clang's driver passes.
#pragma once

#include "formats/flags.h"

namespace xld::macho {

Dialect darwin_dialect();

}  // namespace xld::macho
