// Single x86 instructions rewritten in place; see x86.h for how an instruction is seen.
#include "arch/x86.h"

#include <algorithm>
#include <iterator>
#include <optional>

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

namespace {

constexpr uint8_t kMovesToEax = 0xa0, kMovesMask = 0xfc;  // mov between %eax and a memory address, no ModRM byte
constexpr uint8_t kIndexFollows = 0x04, kNoBase = 0x25;   // ModRM and index byte of a bare 32-bit address
constexpr size_t kFieldSize = 4;

// call * or jmp *.
bool is_indirect_branch(uint8_t opcode, uint8_t modrm) {
  return opcode == kGroup5 && (register_of(modrm) == 2 || register_of(modrm) == 4);
}

// The ModRM byte of an instruction whose operand in memory is the field and nothing else; nothing if it is no such one.
struct MemoryOperand {
  uint8_t opcode = 0, modrm = 0;
};
std::optional<MemoryOperand> memory_operand(Bytes code, uint64_t offset) {
  const uint8_t* field = code.data() + offset;
  if (offset >= 2 && is_displacement_only(field[-1])) return MemoryOperand{field[-2], field[-1]};
  if (offset >= 3 && field[-1] == kNoBase && (field[-2] & 0xc7) == kIndexFollows)
    return MemoryOperand{field[-3], field[-2]};
  return std::nullopt;
}

// Instructions without prefixes but REX that have a ModRM byte: those that compilers use on a pointer.
bool has_plain_operand(uint8_t opcode) {
  constexpr uint8_t kOpcodes[] = {kMove, 0x89, 0x3b, 0x39, 0x83, 0x81, 0x85, 0xc7, 0xf7, kGroup5};
  return std::find(std::begin(kOpcodes), std::end(kOpcodes), opcode) != std::end(kOpcodes);
}

// What the instruction at `offset` does with the address in register `number`.
SymbolAccess use_of_register(Bytes code, uint64_t offset, uint8_t number, bool is_64_bit) {
  uint8_t rex = 0;
  if (is_64_bit && offset < code.size() && (code[offset] & 0xf0) == 0x40) rex = code[offset++];
  if (!contains(code, offset, 2) || !has_plain_operand(code[offset])) return SymbolAccess::Address;
  const uint8_t modrm = code[offset + 1];
  if ((base_of(modrm) | (rex & 1) << 3) != number) return SymbolAccess::Address;
  if ((modrm & 0xc0) == 0xc0)
    return is_indirect_branch(code[offset], modrm) ? SymbolAccess::Branch : SymbolAccess::Address;
  // 4 announces an index byte, and 5 without a displacement a bare address.
  const bool is_base = base_of(modrm) != 4 && !is_displacement_only(modrm);
  return is_base ? SymbolAccess::Memory : SymbolAccess::Address;
}

SymbolAccess use_of_slot(Bytes code, const Reloc& reloc) {
  const bool is_64_bit = reloc.from == From::Place;
  const uint8_t* field = code.data() + reloc.offset;
  const uint8_t opcode = field[-2], modrm = field[-1];
  if (is_indirect_branch(opcode, modrm)) return SymbolAccess::Branch;
  if (opcode != kMove) return SymbolAccess::Address;
  const bool is_high = is_64_bit && reloc.offset >= 3 && (field[-3] & 0xf4) == 0x44;
  const auto number = static_cast<uint8_t>(register_of(modrm) | (is_high ? 8 : 0));
  return use_of_register(code, reloc.offset + kFieldSize, number, is_64_bit);
}

}  // namespace

SymbolAccess classify_access(Bytes code, const Reloc& reloc) {
  if ((reloc.hints & hint::kIsBranch) || reloc.want == Want::Stub) return SymbolAccess::Branch;
  const uint64_t offset = reloc.offset;
  if (offset < 2 || !contains(code, offset, kFieldSize)) return SymbolAccess::Address;
  if (reloc.want == Want::GotSlot) return use_of_slot(code, reloc);
  if (reloc.want != Want::Address) return SymbolAccess::Address;
  if (reloc.from == From::Place && is_direct_branch(code, offset)) return SymbolAccess::Branch;
  if (reloc.from == From::Nothing && reloc.field == Field::Wrap32 && (code[offset - 1] & kMovesMask) == kMovesToEax)
    return SymbolAccess::Memory;
  const auto operand = memory_operand(code, offset);
  return operand && operand->opcode != kLoadAddress ? SymbolAccess::Memory : SymbolAccess::Address;
}

void fill_with_nops(MutableBytes gap) {
  constexpr size_t kLongest = 4;
  std::fill(gap.begin(), gap.end(), uint8_t{0x66});
  for (size_t end = gap.size() % kLongest; end <= gap.size(); end += kLongest) {
    if (end != 0) gap[end - 1] = 0x90;
  }
}

}  // namespace xld::x86
