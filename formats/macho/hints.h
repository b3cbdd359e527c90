// Linker optimisation hints of arm64 objects (LC_LINKER_OPTIMIZATION_HINT): which instructions put one address
// together.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/arena.h"
#include "formats/format.h"

namespace xld::macho {

struct Hint {
  std::array<uint64_t, 3> addresses{};  // in the object
  uint8_t kind = 0;
  uint8_t count = 0;
};

// Ascending by the first address. What is malformed or unknown ends the list: hints may be ignored.
std::span<const Hint> read_hints(Bytes table, Arena& arena);

// Makes the code of a relocated copy of an atom shorter where its hints allow it.
void apply_hints(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out);

}  // namespace xld::macho
