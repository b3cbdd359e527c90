// The instruction decoder: lengths and parts by hand, and against Zydis, which shares nothing with it, on as many
// instructions as one likes.
#include "arch/x86_decode.h"

#include <Zydis/Zydis.h>
#include <gtest/gtest.h>
#include <random>

#include "tests/unit/arch/hex.h"

namespace xld::x86 {
namespace {

using test::from_hex;
using test::to_hex;

Instruction decoded(const char* hex, Mode mode = Mode::Bits64) {
  const auto code = from_hex(hex);
  const auto instruction = decode_instruction(code, mode);
  EXPECT_TRUE(instruction) << hex;
  if (!instruction) return {};
  EXPECT_EQ(instruction->size, code.size()) << hex;
  return *instruction;
}

TEST(X86Decode, FindsTheDisplacementAndThePrefix) {
  const Instruction load = decoded("64 48 8b 04 25 f0 ff ff ff");  // mov %fs:-16,%rax
  EXPECT_EQ(load.segment_prefix, kFsPrefix);
  EXPECT_EQ(load.segment, 0);
  EXPECT_EQ(load.displacement, 5);
  EXPECT_EQ(load.displacement_size, 4);
  EXPECT_FALSE(load.has_base || load.has_index || load.is_relative);
  EXPECT_EQ(accessed_size(load, Mode::Bits64), 8);

  const Instruction relative = decoded("66 65 83 3d 00 00 00 00 05");  // cmpw $5,%gs:0(%rip)
  EXPECT_EQ(relative.segment_prefix, kGsPrefix);
  EXPECT_EQ(relative.segment, 1);
  EXPECT_TRUE(relative.is_relative);
  EXPECT_EQ(relative.immediate, 8);
  EXPECT_EQ(accessed_size(relative, Mode::Bits64), 2);

  const Instruction address = decoded("65 a1 00 00 00 00", Mode::Bits32);  // mov %gs:0,%eax
  EXPECT_TRUE(address.is_memory_address);
  EXPECT_EQ(address.displacement, 2);
  EXPECT_EQ(accessed_size(address, Mode::Bits32), 4);
}

TEST(X86Decode, TellsRegistersOfAnAddress) {
  EXPECT_TRUE(decoded("64 48 8b 80 00 00 00 00").has_base);                 // mov %fs:0(%rax),%rax
  EXPECT_TRUE(decoded("64 4a 8b 04 25 00 00 00 00").has_index);             // ... %fs:0(,%r12)
  EXPECT_TRUE(decoded("64 8b 04 8d 00 00 00 00", Mode::Bits32).has_index);  // ... %fs:0(,%ecx,4)
  EXPECT_FALSE(decoded("67 64 8b 0c 25 00 00 00 00").has_index);            // addr32 mov %fs:0,%ecx
}

TEST(X86Decode, RefusesWhatIsCutOffOrNone) {
  for (const char* hex : {"64", "64 48 8b 04 25 f0 ff ff", "0f", "0f 3a 0f", "c4 e2", "62 f1 7c 48", "d5 18"})
    EXPECT_FALSE(decode_instruction(from_hex(hex), Mode::Bits64)) << hex;
  EXPECT_FALSE(decode_instruction(from_hex("06"), Mode::Bits64));  // push %es
  EXPECT_TRUE(decode_instruction(from_hex("06"), Mode::Bits32));
  const std::vector<uint8_t> prefixes(20, 0x66);
  EXPECT_FALSE(decode_instruction(prefixes, Mode::Bits64));
}

TEST(X86Decode, SaysWhatAShorterAddressCanHold) {
  const Instruction plain = decoded("64 48 8b 04 25 00 00 00 00");
  EXPECT_TRUE(can_displace(plain, Mode::Bits64, -16));
  EXPECT_FALSE(can_displace(plain, Mode::Bits64, int64_t{1} << 31));
  const Instruction shortened = decoded("67 64 48 a1 00 00 00 00");  // addr32 mov %fs:0,%rax
  EXPECT_FALSE(can_displace(shortened, Mode::Bits64, -16));
  EXPECT_TRUE(can_displace(shortened, Mode::Bits64, 0x8a0));
}

TEST(X86Decode, FinderStartsAgainAtKnownPlaces) {
  // Two bytes of data that look like the beginning of an instruction, then mov %fs:0,%rax.
  const auto code = from_hex("48 b8 64 48 8b 04 25 00 00 00 00 c3");
  const uint32_t starts[] = {2};
  EXPECT_EQ(InstructionFinder(code, Mode::Bits64).find(7)->start, 0);
  EXPECT_EQ(InstructionFinder(code, Mode::Bits64, starts).find(7)->start, 2);
  EXPECT_FALSE(InstructionFinder(code, Mode::Bits64, starts).find(1));  // reaches beyond a start
  EXPECT_FALSE(InstructionFinder(code, Mode::Bits64, starts).find(12));
  InstructionFinder finder(code, Mode::Bits64, starts);
  EXPECT_EQ(finder.find(11)->start, 11);
  EXPECT_EQ(finder.find(3)->start, 2);  // back again
}

// ---- against Zydis

class Judge {
 public:
  explicit Judge(Mode mode) : mode_(mode) {
    const bool is_64 = mode == Mode::Bits64;
    ZydisDecoderInit(&decoder_, is_64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
                     is_64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
  }

  // What is different, or nothing.
  std::string compare(Bytes code) {
    ZydisDecodedInstruction theirs;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder_, code.data(), code.size(), &theirs, operands))) return {};
    if (is_of_another_processor(theirs)) return {};
    compared_++;
    const auto ours = decode_instruction(code, mode_);
    if (!ours) return "not decoded";
    if (ours->size != theirs.length) return "length";
    if (ours->displacement_size * 8 != theirs.raw.disp.size) return "size of displacement";
    if (ours->displacement_size != 0 && ours->displacement != theirs.raw.disp.offset) return "displacement";
    for (int i = 0; i < theirs.operand_count_visible; i++)
      if (const std::string what = compare_operand(*ours, theirs, operands[i]); !what.empty()) return what;
    return {};
  }

  size_t compared() const { return compared_; }

 private:
  // Knights Corner had VEX instructions of its own, and an encoding that today's processors read as APX.
  static bool is_of_another_processor(const ZydisDecodedInstruction& instruction) {
    return instruction.mnemonic == ZYDIS_MNEMONIC_JKZD || instruction.mnemonic == ZYDIS_MNEMONIC_JKNZD ||
           instruction.encoding == ZYDIS_INSTRUCTION_ENCODING_MVEX;
  }

  static uint8_t prefix_of(ZydisRegister segment) {
    return segment == ZYDIS_REGISTER_FS ? kFsPrefix : segment == ZYDIS_REGISTER_GS ? kGsPrefix : 0;
  }

  std::string compare_operand(const Instruction& ours, const ZydisDecodedInstruction& theirs,
                              const ZydisDecodedOperand& operand) {
    const bool is_written = (theirs.attributes & ZYDIS_ATTRIB_HAS_MODRM) || ours.is_memory_address;
    if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY || operand.visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT ||
        !is_written)
      return {};
    const ZydisRegister base = operand.mem.base;
    const bool is_relative = base == ZYDIS_REGISTER_RIP || base == ZYDIS_REGISTER_EIP;
    if (ours.is_relative != is_relative) return "relative to the program counter";
    // Zydis 4.0 takes REX.B for a base of 32-bit addresses that have none; LLVM does not.
    if (!ours.has_short_address && ours.has_base != (base != ZYDIS_REGISTER_NONE && !is_relative)) return "base";
    if (ours.has_index != (operand.mem.index != ZYDIS_REGISTER_NONE)) return "index";
    const bool is_accessed = operand.mem.type == ZYDIS_MEMOP_TYPE_MEM;
    if (is_accessed && !ours.has_several_segments && ours.segment_prefix != prefix_of(operand.mem.segment))
      return "segment";
    const uint8_t size = accessed_size(ours, mode_);
    return size != 0 && size * 8 != operand.size ? "size of the access" : "";
  }

  Mode mode_;
  ZydisDecoder decoder_;
  size_t compared_ = 0;
};

// Random bytes after beginnings that lead into every opcode map.
TEST(X86Decode, AgreesWithZydis) {
  const char* beginnings[] = {"",      "64",    "65 48", "0f", "64 0f", "66 0f", "f3 0f",
                              "62 f1", "62 f2", "c4",    "c5", "8f",    "67 64", "65 3e"};
  for (const Mode mode : {Mode::Bits64, Mode::Bits32}) {
    Judge judge(mode);
    std::mt19937 random(7);
    for (int round = 0; round < 20000; round++) {
      for (const char* beginning : beginnings) {
        std::vector<uint8_t> code = from_hex(beginning);
        while (code.size() < 15) code.push_back(static_cast<uint8_t>(random()));
        ASSERT_EQ(judge.compare(code), "") << to_hex(code);
      }
    }
    EXPECT_GT(judge.compared(), 100000);
  }
}

}  // namespace
}  // namespace xld::x86
