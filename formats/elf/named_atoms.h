// Where symbols of given names are defined, local ones included: several files may have one of a name.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/format.h"

namespace xld::elf {

struct NamedAtom {
  AtomId atom;
  uint32_t name = 0;  // what the name was given for
};

// Global symbols first; the locals follow in the order of the files. Only what is linked.
std::vector<NamedAtom> find_named_atoms(const Link& link, const std::unordered_map<std::string_view, uint32_t>& names);

}  // namespace xld::elf
