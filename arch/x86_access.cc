// What an x86 instruction does with the symbol of its field: Arch::classify_access. See x86.h.
//
// An address that is loaded from a slot is followed over the instructions behind the load, as long as they are of the
// few forms that compilers put there and whose registers all stand in their bytes (Intel SDM volume 2, 2.1 and 2.2).
#include <algorithm>
#include <iterator>
#include <optional>

#include "arch/x86.h"

namespace xld::x86 {
namespace {

constexpr uint8_t kMovesToEax = 0xa0, kMovesMask = 0xfc;   // mov between %eax and a memory address, no ModRM byte
constexpr uint8_t kIndexFollows = 4, kNoIndexBase = 0x25;  // r/m bits; the index byte of a bare 32-bit address
constexpr uint8_t kTwoByteOpcode = 0x0f, kOperandSizePrefix = 0x66, kLongNop = 0x1f;
constexpr size_t kFieldSize = 4;
constexpr uint8_t kNone = 0xff;

bool has_register_operand(uint8_t modrm) {
  return (modrm & 0xc0) == 0xc0;
}

template <size_t N>
bool is_one_of(uint8_t opcode, const uint8_t (&opcodes)[N]) {
  return std::find(std::begin(opcodes), std::end(opcodes), opcode) != std::end(opcodes);
}

// call * or jmp *.
bool is_indirect_branch(uint8_t opcode, uint8_t modrm) {
  return opcode == kGroup5 && (register_of(modrm) == 2 || register_of(modrm) == 4);
}

// The opcode of an instruction whose operand in memory is the field and nothing else.
std::optional<uint8_t> opcode_of_access(Bytes code, uint64_t offset) {
  const uint8_t* field = code.data() + offset;
  if (offset >= 2 && is_displacement_only(field[-1])) return field[-2];
  if (offset >= 3 && field[-1] == kNoIndexBase && (field[-2] & 0xc7) == kIndexFollows) return field[-3];
  return std::nullopt;
}

// ---- following a register
// --------------------------------------------------------------------------------------------

// An instruction with a ModRM byte.
struct Instruction {
  size_t size = 0;
  uint8_t opcode = 0, modrm = 0;
  bool has_two_byte_opcode = false, has_rex = false;
  uint8_t reg = kNone, operand = kNone, base = kNone, index = kNone;  // numbers of registers

  bool has(uint8_t number) const { return reg == number || operand == number || base == number || index == number; }
};

// Reads no other register than its bytes name, writes none but those, and lets the next one follow.
bool is_simple(uint8_t opcode, bool has_two_byte_opcode) {
  if (has_two_byte_opcode) {
    constexpr uint8_t kOpcodes[] = {kLongNop, 0xaf, 0xb6, 0xb7, 0xbe, 0xbf};  // nop, imul, movzx, movsx
    return (opcode & 0xf0) == 0x40 || (opcode & 0xf0) == 0x90 || is_one_of(opcode, kOpcodes);  // cmov, set
  }
  constexpr uint8_t kOpcodes[] = {0x63, 0x80, 0x81, 0x83, 0x84, 0x85, 0x88, 0x89, 0x8a,
                                  0x8b, 0x8d, 0xc0, 0xc1, 0xc6, 0xc7, 0xd0, 0xd1};
  return (opcode < 0x40 && (opcode & 7) < 4) || is_one_of(opcode, kOpcodes);
}

size_t immediate_size(const Instruction& instruction, bool has_short_operand) {
  if (instruction.has_two_byte_opcode) return 0;
  constexpr uint8_t kByte[] = {0x80, 0x83, 0xc0, 0xc1, 0xc6}, kWord[] = {0x81, 0xc7};
  if (is_one_of(instruction.opcode, kByte)) return 1;
  return is_one_of(instruction.opcode, kWord) ? (has_short_operand ? 2 : 4) : 0;
}

// Without REX, the numbers from 4 on of registers of one byte mean the second bytes of the first four.
bool uses_second_bytes(const Instruction& instruction) {
  const uint8_t opcode = instruction.opcode;
  const bool has_bytes =
      instruction.has_two_byte_opcode ? (opcode & 0xf0) == 0x90 || opcode == 0xb6 || opcode == 0xbe : (opcode & 1) == 0;
  if (!has_bytes || instruction.has_rex) return false;
  return register_of(instruction.modrm) >= 4 ||
         (has_register_operand(instruction.modrm) && base_of(instruction.modrm) >= 4);
}

class InstructionReader {
 public:
  InstructionReader(Bytes code, bool is_64_bit) : code_(code), is_64_bit_(is_64_bit) {}

  // The instruction that the code starts with, if it has a ModRM byte and is simple or of group 5.
  std::optional<Instruction> read() {
    const bool has_short_operand = take_if([](uint8_t byte) { return byte == kOperandSizePrefix; }) != 0;
    if (is_64_bit_) rex_ = take_if([](uint8_t byte) { return (byte & 0xf0) == 0x40; });
    result_.has_rex = rex_ != 0;
    result_.has_two_byte_opcode = take_if([](uint8_t byte) { return byte == kTwoByteOpcode; }) != 0;
    if (!contains(code_, at_, 2)) return std::nullopt;
    result_.opcode = code_[at_++];
    result_.modrm = code_[at_++];
    const bool is_group5 = !result_.has_two_byte_opcode && result_.opcode == kGroup5;
    if (!is_group5 && !is_simple(result_.opcode, result_.has_two_byte_opcode)) return std::nullopt;
    if (!read_operand()) return std::nullopt;
    result_.size = at_ + immediate_size(result_, has_short_operand);
    return contains(code_, 0, result_.size) ? std::optional(result_) : std::nullopt;
  }

 private:
  template <class Condition>
  uint8_t take_if(Condition condition) {
    return at_ < code_.size() && condition(code_[at_]) ? code_[at_++] : uint8_t{0};
  }

  uint8_t number(uint8_t bits, unsigned rex_bit) const {
    return static_cast<uint8_t>((bits & 7) | (rex_ >> rex_bit & 1) << 3);
  }

  bool read_operand() {
    const uint8_t mode = result_.modrm >> 6, bits = base_of(result_.modrm);
    result_.reg = number(register_of(result_.modrm), 2);
    if (mode == 3) {
      result_.operand = number(bits, 0);
      return true;
    }
    uint8_t base = bits;
    if (bits == kIndexFollows) {
      if (at_ == code_.size()) return false;
      const uint8_t index_byte = code_[at_++];
      base = base_of(index_byte);
      const uint8_t index = number(register_of(index_byte), 1);
      if (index != kIndexFollows) result_.index = index;
    }
    const bool has_base = mode != 0 || base != 5;
    if (has_base) result_.base = number(base, 0);
    at_ += mode == 1 ? 1 : mode == 2 || !has_base ? 4 : 0;
    return true;
  }

  const Bytes code_;
  const bool is_64_bit_;
  size_t at_ = 0;
  uint8_t rex_ = 0;
  Instruction result_;
};

bool is_access(const Instruction& instruction) {
  return instruction.opcode != (instruction.has_two_byte_opcode ? kLongNop : kLoadAddress);
}

// What becomes of the address in register `number`: the first instruction from `offset` on that has to do with the
// register tells.
SymbolAccess use_of_register(Bytes code, uint64_t offset, uint8_t number, bool is_64_bit) {
  constexpr unsigned kLookAhead = 16;
  for (unsigned i = 0; i < kLookAhead && offset < code.size(); i++) {
    const auto instruction = InstructionReader(code.subspan(offset), is_64_bit).read();
    if (!instruction) break;
    if (instruction->base == number && is_access(*instruction)) return SymbolAccess::Memory;
    const bool is_group5 = !instruction->has_two_byte_opcode && instruction->opcode == kGroup5;
    if (is_group5 && instruction->operand == number && is_indirect_branch(kGroup5, instruction->modrm))
      return SymbolAccess::Branch;
    if (is_group5 || instruction->has(number) || uses_second_bytes(*instruction)) break;
    offset += instruction->size;
  }
  return SymbolAccess::Address;
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
  const auto opcode = opcode_of_access(code, offset);
  return opcode && *opcode != kLoadAddress ? SymbolAccess::Memory : SymbolAccess::Address;
}

}  // namespace xld::x86
