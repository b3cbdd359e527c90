// Reading .note.gnu.property. Linux Extensions to gABI, "Program Property".
#pragma once

#include <cstdint>

#include <algorithm>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::elf {

inline constexpr uint32_t GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc0008002;

struct Properties {
  uint32_t feature_1_and = 0;
  uint32_t isa_1_needed = 0;
};

Result<Properties> read_properties(Bytes section, uint32_t word_size);

}  // namespace xld::elf
