// See segment.h. Intel SDM volume 2, 2.1: prefixes, opcode, ModRM, SIB, displacement.
#include "tlsrewrite/segment.h"

#include <algorithm>
#include <iterator>

namespace xld {

namespace {

constexpr uint8_t kFs = 0x64, kGs = 0x65;

// ModRM at `at` and what follows it up to the displacement at `field`: an operand in memory with 32 bits of
// displacement.
bool is_operand(MutableBytes code, uint64_t at, uint64_t field) {
  const uint8_t mode = code[at] >> 6, base = code[at] & 7;
  if (at + 1 == field) return mode == 2 && base != 4;
  return base == 4 && (mode == 2 || (mode == 0 && (code[at + 1] & 7) == 5));
}

bool may_follow_prefix(uint8_t byte) {
  return byte == 0x66 || byte == 0xf2 || byte == 0xf3 || (byte & 0xf0) == 0x40;  // the last: REX
}

// Prefixes stand before an opcode of one to three bytes.
bool change_prefix(MutableBytes code, uint64_t modrm) {
  for (uint64_t opcode_size = 1; opcode_size <= 3; opcode_size++) {
    if (modrm < opcode_size + 1) return false;
    const uint64_t opcode = modrm - opcode_size;
    if (opcode_size >= 2 && code[opcode] != 0x0f) continue;
    for (uint64_t place = opcode; place-- > 0 && opcode - place <= 4;) {
      if (code[place] == kFs) return code[place] = kGs, true;
      if (!may_follow_prefix(code[place])) break;
    }
  }
  return false;
}

}  // namespace

void use_gs(MutableBytes code, uint64_t field) {
  for (const uint64_t distance : {1, 2}) {
    if (field < distance || field > code.size()) return;
    if (is_operand(code, field - distance, field) && change_prefix(code, field - distance)) return;
  }
}

void use_gs_for_thread_pointer(MutableBytes code) {
  static constexpr uint8_t kDisplacement[] = {0x25, 0, 0, 0, 0};
  constexpr size_t kSize = 9;
  for (size_t i = 0; i + kSize <= code.size(); i++) {
    if (code[i] != kFs || (code[i + 1] & 0xfb) != 0x48 || code[i + 2] != 0x8b || (code[i + 3] & 0xc7) != 0x04) continue;
    if (std::equal(std::begin(kDisplacement), std::end(kDisplacement), code.begin() + static_cast<ptrdiff_t>(i) + 4))
      code[i] = kGs;
  }
}

}  // namespace xld
