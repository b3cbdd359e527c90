// The GNU dialect of the command line: the options of GNU ld, with those of LLD and mold where they have more.
#pragma once

#include "formats/flags.h"

namespace xld::elf {

Dialect gnu_dialect();
OptionTable gnu_keywords();

}  // namespace xld::elf
