// What an x86 instruction does with the symbol of its field: Arch::classify_access. See x86.h.
//
// An address that is loaded from a slot is followed over the instructions behind the load, as long as they are of the
// few forms that compilers put there and whose registers all stand in their bytes (Intel SDM volume 2, 2.1 and 2.2).
#include <algorithm>
#include <iterator>
#include <optional>

#include "arch/x86.h"
#include "arch/x86_decode.h"

namespace xld::x86 {
namespace {

constexpr uint8_t kMovesToEax = 0xa0, kMovesMask = 0xfc;   // mov between %eax and a memory address, no ModRM byte
constexpr uint8_t kIndexFollows = 4, kNoIndexBase = 0x25;  // r/m bits; the index byte of a bare 32-bit address
constexpr uint8_t kLongNop = 0x1f;                         // behind 0f
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

// By their numbers, as far as the ModRM and index bytes have them.
struct Registers {
  uint8_t reg = kNone, operand = kNone, base = kNone, index = kNone;
  bool has_rex = false;

  bool has(uint8_t number) const { return reg == number || operand == number || base == number || index == number; }
};

uint8_t rex_of(Bytes bytes) {
  constexpr uint8_t kPrefixes[] = {0x66, 0xf2, 0xf3, kFsPrefix, kGsPrefix, 0x2e, 0x3e};
  for (const uint8_t byte : bytes) {
    if ((byte & 0xf0) == 0x40) return byte;
    if (!is_one_of(byte, kPrefixes)) break;
  }
  return 0;
}

Registers registers_of(const Instruction& instruction, Bytes bytes, Mode mode) {
  Registers registers;
  const uint8_t rex = mode == Mode::Bits64 ? rex_of(bytes) : uint8_t{0};
  const auto number = [&](uint8_t bits, unsigned rex_bit) {
    return static_cast<uint8_t>((bits & 7) | (rex >> rex_bit & 1) << 3);
  };
  registers.has_rex = rex != 0;
  registers.reg = number(register_of(instruction.modrm), 2);
  if (has_register_operand(instruction.modrm)) {
    registers.operand = number(instruction.modrm, 0);
    return registers;
  }
  if (instruction.has_base) registers.base = number(instruction.modrm, 0);
  if (base_of(instruction.modrm) != kIndexFollows) return registers;
  const size_t behind_index = instruction.displacement_size != 0
                                  ? instruction.displacement
                                  : size_t{instruction.size} - instruction.immediate_size;
  const uint8_t index_byte = bytes[behind_index - 1];
  if (instruction.has_base) registers.base = number(index_byte, 0);
  if (instruction.has_index) registers.index = number(register_of(index_byte), 1);
  return registers;
}

bool is_access(const Instruction& instruction) {
  const bool is_address_only = (instruction.map == 0 && instruction.opcode == kLoadAddress) ||
                               (instruction.map == 1 && instruction.opcode == kLongNop);
  return instruction.has_memory && !is_address_only;
}

// Reads no other register than its bytes name, writes none but those, and lets the next one follow.
bool is_simple(const Instruction& instruction) {
  const uint8_t opcode = instruction.opcode;
  if (instruction.map == 0) {
    constexpr uint8_t kOpcodes[] = {0x63, 0x80, 0x81, 0x83, 0x84, 0x85, 0x88, 0x89, 0x8a,
                                    0x8b, 0x8d, 0xc0, 0xc1, 0xc6, 0xc7, 0xd0, 0xd1};
    return (opcode < 0x40 && (opcode & 7) < 4) || is_one_of(opcode, kOpcodes);
  }
  constexpr uint8_t kOpcodes[] = {kLongNop, 0xaf, 0xb6, 0xb7, 0xbe, 0xbf};         // nop, imul, movzx, movsx
  const bool is_conditional = (opcode & 0xf0) == 0x40 || (opcode & 0xf0) == 0x90;  // cmov, set
  return instruction.map == 1 && !instruction.is_vector && (is_conditional || is_one_of(opcode, kOpcodes));
}

// Without REX, the numbers from 4 on of registers of one byte mean the second bytes of the first four.
bool uses_second_bytes(const Instruction& instruction, bool has_rex) {
  const uint8_t opcode = instruction.opcode;
  const bool has_bytes =
      instruction.map == 0 ? (opcode & 1) == 0 : (opcode & 0xf0) == 0x90 || opcode == 0xb6 || opcode == 0xbe;
  if (!has_bytes || has_rex) return false;
  return register_of(instruction.modrm) >= 4 ||
         (has_register_operand(instruction.modrm) && base_of(instruction.modrm) >= 4);
}

// What becomes of the address in register `number`: the first instruction from `offset` on that has to do with the
// register tells.
SymbolAccess use_of_register(Bytes code, uint64_t offset, uint8_t number, Mode mode) {
  constexpr unsigned kLookAhead = 16;
  for (unsigned i = 0; i < kLookAhead && offset < code.size(); i++) {
    const Bytes rest = code.subspan(offset);
    const auto instruction = decode_instruction(rest, mode);
    if (!instruction) break;
    const bool is_group5 = instruction->map == 0 && instruction->opcode == kGroup5;
    if (!is_group5 && !is_simple(*instruction)) break;
    const Registers registers = registers_of(*instruction, rest, mode);
    if (registers.base == number && is_access(*instruction)) return SymbolAccess::Memory;
    if (registers.operand == number && is_group5 && is_indirect_branch(kGroup5, instruction->modrm))
      return SymbolAccess::Branch;
    if (is_group5 || registers.has(number) || uses_second_bytes(*instruction, registers.has_rex)) break;
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
  return use_of_register(code, reloc.offset + kFieldSize, number, is_64_bit ? Mode::Bits64 : Mode::Bits32);
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
