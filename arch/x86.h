// What the two x86 CPUs share: ModRM bytes, no-ops, and the rewriting of single instructions.
//
// An instruction is seen from its relocated field: field[-1] is the ModRM byte, field[-2] the opcode, and what lies
// before that are prefixes. `lead` counts the bytes before the field: 2 without a prefix, 3 with REX, 4 with REX2 (D5
// and one byte), 6 with APX's extended EVEX prefix (Intel SDM volume 2 chapter 2; APX architecture specification
// chapter 3). Callers have checked that [field - lead, field + 4) is inside the code.
#pragma once

#include <cstdint>

#include "arch/arch.h"

namespace xld::x86 {

extern const Arch kArchX86_64;
extern const Arch kArchI386;

inline constexpr uint8_t kAdd = 0x03;            // add memory, reg
inline constexpr uint8_t kAddToMemory = 0x01;    // add reg, memory
inline constexpr uint8_t kMove = 0x8b;           // mov memory, reg
inline constexpr uint8_t kLoadAddress = 0x8d;    // lea memory, reg
inline constexpr uint8_t kGroup5 = 0xff;         // call *, jmp * and others: the ModRM byte's middle bits decide
inline constexpr uint8_t kMoveMemoryEax = 0xa1;  // mov memory, %eax without a ModRM byte
inline constexpr uint8_t kMoveImmediateEax = 0xb8;
inline constexpr uint8_t kEbx = 3;

constexpr uint8_t register_of(uint8_t modrm) {
  return (modrm >> 3) & 7;
}
constexpr uint8_t base_of(uint8_t modrm) {
  return modrm & 7;
}

// A 32-bit displacement and no register: relative to the next instruction in 64-bit code, an address in 32-bit code.
constexpr bool is_displacement_only(uint8_t modrm) {
  return (modrm & 0xc7) == 0x05;
}

// A base register and a 32-bit displacement, no index byte.
constexpr bool is_base_and_displacement(uint8_t modrm) {
  return (modrm & 0xc0) == 0x80 && base_of(modrm) != 4;
}

// True if the field and `lead` bytes before it lie in the code.
inline bool has_room(Bytes code, uint64_t offset, uint8_t lead) {
  return offset >= lead && contains(code, offset, 4);
}

// True if the bytes before opcode and ModRM are the prefixes of a 64-bit instruction on 8-byte operands with that lead.
bool has_wide_prefix(const uint8_t* field, uint8_t lead);

// The instruction that takes an immediate where `opcode` reads memory; opcode 0 if there is none.
struct ImmediateForm {
  uint8_t opcode;
  uint8_t digit;  // the middle bits of its ModRM byte
};
inline constexpr ImmediateForm kMoveImmediate = {0xc7, 0};
ImmediateForm immediate_form(uint8_t opcode);

// "op memory, reg" becomes "op $value, reg".
void use_immediate(uint8_t* field, uint8_t lead, ImmediateForm form, uint32_t value);

// "add memory, reg" becomes "lea value(reg), reg", as the TLS documents have it; not for registers that need an index
// byte.
constexpr bool can_add_by_lea(uint8_t opcode, uint8_t modrm) {
  return opcode == kAdd && register_of(modrm) != 4;
}
void add_by_lea(uint8_t* field, uint8_t lead, uint32_t value);

// The form of an indirect call or jump (opcode kGroup5) through a slot.
GotLoadForm classify_indirect_branch(uint8_t modrm, GotLoadFacts facts);

// "call *slot" becomes "addr32 call symbol", "jmp *slot" becomes "jmp symbol; nop"; the distance is from its end.
constexpr uint64_t direct_branch_distance(GotLoadForm form, uint64_t symbol, uint64_t place) {
  return symbol - place - (form == GotLoadForm::Call ? 4 : 3);  // the jump is a byte shorter
}
void use_direct_branch(GotLoadForm form, uint8_t* field, uint32_t distance);

// A call, jmp or jcc with a 32-bit distance. A ModRM byte that takes a displacement without a register is none of these
// opcodes, so PC-relative data accesses are not mistaken for them.
bool is_direct_branch(Bytes code, uint64_t offset);

// Arch::classify_access (x86_access.cc).
SymbolAccess classify_access(Bytes code, const Reloc& reloc);

// No-ops that are no-ops in 16-, 32- and 64-bit code alike.
void fill_with_nops(MutableBytes gap);

}  // namespace xld::x86
