// What --gc-sections must keep although nothing refers to it: GNU ld's KEEP rules and the gABI's.
#pragma once

#include "formats/format.h"

namespace xld::elf {

bool is_root(const Link& link, const InputFile& file, const Atom& atom);

}  // namespace xld::elf
