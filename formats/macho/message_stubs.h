// Calls of _objc_msgSend$SELECTOR: the compiler leaves it to the linker to load the selector.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld::macho {

// Format::make_object: an object with a stub for each of these names that nothing defines.
std::string make_message_stubs(const Link& link);

}  // namespace xld::macho
