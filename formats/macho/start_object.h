// The object a program for an old system starts in, for links that bring no crt1.o.
//
// Before macOS 10.8 the kernel jumps to an address (LC_UNIXTHREAD) with the arguments on the stack; what calls main and
// ends the program is the C runtime's crt1.o, which no system ships with its compiler any more.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld::macho {

// Format::make_start_object: an object that defines `start`, or nothing if the output does not begin there.
std::string make_start_object(const Link& link);

}  // namespace xld::macho
