// SelectorReferences: words of a made object that point to selectors' names, one a selector. The runtime makes them
// unique when it loads the image; stubs and relative lists of methods go through them.
#pragma once

#include <map>
#include <string>

#include "formats/macho/macho.h"
#include "formats/macho/object_assembler.h"

namespace xld::macho {

class SelectorReferences {
 public:
  explicit SelectorReferences(ObjectAssembler& object) : object_(object) {}

  SymbolRef get(const std::string& selector) {
    const auto [found, is_new] = references_.try_emplace(selector);
    if (is_new) found->second = add(selector);
    return found->second;
  }

 private:
  SymbolRef add(const std::string& selector) {
    const uint32_t names = object_.section("__TEXT", "__objc_methname", S_CSTRING_LITERALS);
    BuiltSymbol name;
    name.name = "L_selector_name";
    name.place = object_.append(names, as_bytes(std::string_view(selector.c_str(), selector.size() + 1)),
                                selector.size() + 1, 1);
    const SymbolRef name_ref = object_.add_symbol(std::move(name));
    const uint32_t references = object_.section("__DATA", "__objc_selrefs", S_LITERAL_POINTERS | S_ATTR_NO_DEAD_STRIP);
    BuiltSymbol reference;
    reference.name = "L_selector_reference";
    reference.place = object_.append(references, {}, 8, 8);
    object_.add_reloc(references, record_at(reference.place.offset, name_ref, kUnsignedRecord, false, kQuadField));
    return object_.add_symbol(std::move(reference));
  }

  ObjectAssembler& object_;
  std::map<std::string, SymbolRef> references_;
};

}  // namespace xld::macho
