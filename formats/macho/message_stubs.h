// Calls of _objc_msgSend$SELECTOR: the compiler leaves it to the linker to load the selector.
#pragma once

#include "formats/format.h"
#include "formats/macho/object_assembler.h"
#include "formats/macho/selectors.h"

namespace xld::macho {

// Adds a stub for each of these names that nothing defines. True if there is one.
bool add_message_stubs(const Link& link, ObjectAssembler& object, SelectorReferences& selectors);

}  // namespace xld::macho
