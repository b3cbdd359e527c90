// The shortcut for the relocations that are most of all: plain addresses and distances (Format::plain).
#pragma once

#include "formats/format.h"

namespace xld::elf {

extern const PlainPath kPlainPath;

}  // namespace xld::elf
