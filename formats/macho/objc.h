// Objective-C: what a linker has to know of it.
#pragma once

#include "core/bytes.h"

namespace xld::macho {

// True if an object has classes, categories or Swift types, which programs find at run time without naming them: -ObjC
// takes such archive members.
bool has_classes(Bytes object);

}  // namespace xld::macho
