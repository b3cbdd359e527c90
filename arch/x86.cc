// Single x86 instructions rewritten in place; see x86.h for how an instruction is seen.
#include "arch/x86.h"

#include <algorithm>

namespace xld::x86 {
namespace {

constexpr uint8_t kRexWide = 0x08;     // 0100WRXB
constexpr uint8_t kRex2Escape = 0xd5;  // followed by M0 R4 X4 B4 W R3 X3 B3
constexpr uint8_t kRex2Map1 = 0x80;

// The extra bits of ModRM's middle register, copied to where those of its r/m register are kept: R to B in REX, R4 and
// R3 to B4 and B3 in REX2. The memory operand that goes away had neither base nor index.
constexpr uint8_t copy_rex_bits(uint8_t rex) {
  return static_cast<uint8_t>((rex & 0x4c) | ((rex & 0x04) >> 2));
}
constexpr uint8_t copy_rex2_bits(uint8_t payload) {
  return static_cast<uint8_t>((payload & 0xcc) | ((payload & 0x44) >> 2));
}

// First payload byte of APX's EVEX: ~R3 ~X3 ~B3 ~R4 B4 and the opcode map; B4 alone is not inverted.
constexpr uint8_t move_evex_bits(uint8_t payload) {
  const int b3 = (payload & 0x80) ? 0x20 : 0;
  const int b4 = (payload & 0x10) ? 0 : 0x08;
  return static_cast<uint8_t>(0xd0 | b3 | b4 | (payload & 0x07));
}

void copy_register_bits(uint8_t* field, uint8_t lead) {
  if (lead == 3) field[-3] = copy_rex_bits(field[-3]);
  if (lead == 4) field[-3] = copy_rex2_bits(field[-3]);
}

void move_register_bits(uint8_t* field, uint8_t lead) {
  copy_register_bits(field, lead);
  if (lead == 3) field[-3] &= 0xfb;
  if (lead == 4) field[-3] &= 0xbb;
  if (lead == 6) field[-5] = move_evex_bits(field[-5]);
}

}  // namespace

bool has_wide_prefix(const uint8_t* field, uint8_t lead) {
  if (lead == 3) return (field[-3] & 0xf8) == (0x40 | kRexWide);
  return lead == 4 && field[-4] == kRex2Escape && (field[-3] & (kRex2Map1 | kRexWide)) == kRexWide;
}

ImmediateForm immediate_form(uint8_t opcode) {
  if (opcode == kMove) return kMoveImmediate;
  if (opcode == 0x85) return {0xf7, 0};  // test
  if ((opcode & 0xc7) == 0x03)
    return {0x81, static_cast<uint8_t>((opcode >> 3) & 7)};  // add or adc sbb and sub xor cmp
  return {0, 0};
}

void use_immediate(uint8_t* field, uint8_t lead, ImmediateForm form, uint32_t value) {
  const uint8_t reg = register_of(field[-1]);
  move_register_bits(field, lead);
  field[-2] = form.opcode;
  field[-1] = static_cast<uint8_t>(0xc0 | (form.digit << 3) | reg);
  store(field, value);
}

void add_by_lea(uint8_t* field, uint8_t lead, uint32_t value) {
  const uint8_t reg = register_of(field[-1]);
  copy_register_bits(field, lead);
  field[-2] = kLoadAddress;
  field[-1] = static_cast<uint8_t>(0x80 | (reg << 3) | reg);
  store(field, value);
}

GotLoadForm classify_indirect_branch(uint8_t modrm, GotLoadFacts facts) {
  // The distance from code that moves to an address that does not is unknown.
  if (facts.position_independent && facts.is_absolute) return GotLoadForm::Keep;
  switch (register_of(modrm)) {
    case 2:
      return GotLoadForm::Call;
    case 4:
      return GotLoadForm::Jump;
    default:
      return GotLoadForm::Keep;
  }
}

void use_direct_branch(GotLoadForm form, uint8_t* field, uint32_t distance) {
  const bool is_call = form == GotLoadForm::Call;
  field[-2] = is_call ? 0x67 : 0xe9;  // the prefix rather than a nop behind: return addresses stay where they were
  field[-1] = 0xe8;
  if (!is_call) field[3] = 0x90;
  store(is_call ? field : field - 1, distance);
}

// Operand-size prefixes before 0x90: longer forms with a memory operand decode differently in 16-bit code, and more
// than three prefixes are slow to decode on some CPUs.
bool is_direct_branch(Bytes code, uint64_t offset) {
  if (offset == 0 || offset > code.size()) return false;
  const uint8_t opcode = code[offset - 1];
  if (opcode == 0xe8 || opcode == 0xe9) return true;
  return (opcode & 0xf0) == 0x80 && offset >= 2 && code[offset - 2] == 0x0f;
}

void fill_with_nops(MutableBytes gap) {
  constexpr size_t kLongest = 4;
  std::fill(gap.begin(), gap.end(), uint8_t{0x66});
  for (size_t end = gap.size() % kLongest; end <= gap.size(); end += kLongest) {
    if (end != 0) gap[end - 1] = 0x90;
  }
}

}  // namespace xld::x86
