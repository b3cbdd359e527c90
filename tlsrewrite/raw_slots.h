// Accesses to runtime slots in code that has no names for them: "%fs:0" and "%fs:8", in 32-bit code "%gs:0" and
// "%gs:4", as compilers of the historical Go toolchain wrote them for every system. Only on request (--tls-raw), for
// nothing but the instruction says what is meant.
//
// Code is decoded from its beginning and from its symbols on. An access counts if it is one beyond doubt: the address
// is a number, no relocation has to do with it, and it lies within one of the two words. What may be one is a problem;
// bytes that cannot be decoded are one if they could hold such an access at all.
#pragma once

#include <string>
#include <vector>

#include "arch/x86_decode.h"

namespace xld {

struct RawSlotAccess {
  uint32_t field = 0;  // the displacement in the code
  uint8_t field_size = 0;
  uint32_t index = 0;        // of the slot
  int64_t offset = 0;        // in the slot
  std::string problem = {};  // not empty: why it is not certain what this is; `field` is then where it begins
};

// The bytes of a relocation's field.
struct FieldRange {
  uint32_t begin = 0, end = 0;
};

// By place. `starts` are known starts of instructions, `fields` what relocations change; both ascend.
std::vector<RawSlotAccess> find_raw_slots(Bytes code, x86::Mode mode, std::span<const uint32_t> starts,
                                          std::span<const FieldRange> fields);

}  // namespace xld
