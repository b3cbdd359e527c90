// See requested_code.h. Calls of Objective-C methods are in message_stubs.h, and its lists in objc_lists.h.
#include "formats/macho/requested_code.h"

#include "formats/macho/message_stubs.h"
#include "formats/macho/objc_lists.h"
#include "formats/macho/object_assembler.h"

namespace xld::macho {

std::string make_requested_code(const Link& link) {
  ObjectAssembler assembler(link.target().cpu);
  SelectorReferences selectors(assembler);
  const bool has_stubs = add_message_stubs(link, assembler, selectors);
  const bool has_lists = rewrite_objc_lists(link, assembler, selectors);
  if (!has_stubs && !has_lists) return {};
  auto object = assembler.finish();
  if (!object) link.diagnostics().error("code made by the linker: " + object.error().message);
  return object ? std::move(*object) : std::string();
}

}  // namespace xld::macho
