// Objective-C's lists, rewritten before objects are cut into atoms: -objc_category_merging,
// -objc_relative_method_lists.
//
// What is made is a part of an object of the linker's own (requested_code.h): slots, fixups and the removal of what
// nothing needs are those of all objects. It refers to places in other objects by names that no object can have, and
// pieces of these objects are replaced by it, or dropped (MachoState::objc_edits).
#pragma once

#include "formats/format.h"
#include "formats/macho/object_assembler.h"
#include "formats/macho/selectors.h"

namespace xld::macho {

// How names of lists begin that stand for those of objects: no symbol table shows them.
inline constexpr std::string_view kMadeListPrefix = "l_objc_list$";

// True if there is something to rewrite.
bool rewrite_objc_lists(const Link& link, ObjectAssembler& object, SelectorReferences& selectors);

// Gives the names of places their places, when objects have been cut.
void place_objc_names(Link& link);

}  // namespace xld::macho
