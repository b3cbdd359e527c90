// The GNU dialect of the command line: the options of GNU ld, with those of LLD and mold where they have more.
#pragma once

#include "formats/flags.h"

namespace xld::elf {

Dialect gnu_dialect();
Dialect lld_dialect();

// The same with the letters of 6l and 8l (historical_flags.cc); Unknown: the CPU is that of the first object.
Dialect historical_dialect(Cpu cpu);

OptionTable gnu_keywords();

}  // namespace xld::elf
