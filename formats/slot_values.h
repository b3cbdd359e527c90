// What slots hold once addresses are known: the same in every format, whatever section they stand in.
#pragma once

#include <string_view>
#include <vector>

#include "formats/format.h"

namespace xld {

// The address an owner's code refers to: the function behind a resolver has no address of its own here.
uint64_t own_address(const Link& link, const SlotOwner& owner);

// False: its address is a number, whatever address the output is loaded at.
bool moves_with_output(const Link& link, const SlotOwner& owner);

uint64_t slot_value(const Link& link, const Slot& slot);

// What the library that defines an import calls it; of other symbols, their name.
std::string_view name_in_library(const Link& link, SymbolId id);

// Slots whose value moves with the output.
std::vector<const Slot*> moving_slots(const Link& link);

}  // namespace xld
