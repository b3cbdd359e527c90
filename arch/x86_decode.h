// Where an x86 instruction ends, and where its parts are: prefixes, opcode, ModRM, displacement, immediate.
//
// Intel SDM volume 2 chapters 2 and appendix A (opcode maps), AMD APM volume 3 (XOP, 3DNow!), APX architecture
// specification chapter 3 (REX2, the extended EVEX prefix). It is no disassembler: it names no operation and accepts
// opcodes that no processor has, as long as it is clear how long they would be. tests/unit/arch/x86_decode_test.cc
// compares it with a disassembler; docs/decisions/0023-decoding-instructions.md says why xld has its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/bytes.h"

namespace xld::x86 {

enum class Mode : uint8_t { Bits32, Bits64 };

inline constexpr uint8_t kFsPrefix = 0x64, kGsPrefix = 0x65;

// Positions count from the start of the instruction; what has size 0 is not there.
struct Instruction {
  uint8_t size = 0;
  uint8_t map = 0;     // of opcodes: 0 one byte, 1 after 0F, 2 after 0F 38, 3 after 0F 3A; others as in VEX and EVEX
  uint8_t opcode = 0;  // the last byte of it
  uint8_t modrm = 0;
  uint8_t displacement = 0, displacement_size = 0;
  uint8_t immediate = 0, immediate_size = 0;
  uint8_t segment = 0;             // position of the FS or GS prefix that counts
  uint8_t segment_prefix = 0;      // that prefix; 0: there is none
  bool has_memory = false;         // an operand is written as an address; lea and no-ops have one, too
  bool is_memory_address = false;  // an address without ModRM byte (mov of the accumulator)
  bool has_base = false, has_index = false;
  bool is_relative = false;           // the displacement counts from the next instruction
  bool has_short_address = false;     // prefix 67
  bool has_short_operand = false;     // prefix 66
  bool has_wide_operand = false;      // REX.W or its equal
  bool extends_register = false;      // REX.R or its equal: the register operand is not one of the first eight
  bool has_several_segments = false;  // more than one prefix of a segment: which counts is the processor's choice
  bool is_vector = false;             // VEX, EVEX, XOP
  uint8_t repeat = 0;                 // prefix F2 or F3
};

// The instruction that `code` starts with; nothing if it does not fit, or the bytes are none in this mode.
std::optional<Instruction> decode_instruction(Bytes code, Mode mode);

// How many bytes the instruction reads or writes at its memory operand; 0 if it does neither or is not known to.
uint8_t accessed_size(const Instruction& instruction, Mode mode);

// The value that the displacement field stands for is an address without registers; whether `value` can be written
// there so that the same address results.
bool can_displace(const Instruction& instruction, Mode mode, int64_t value);

// Finds instructions in code whose beginning is known, and of which other starts may be known as well: those of its
// symbols. Decodes nothing twice as long as the questions ascend.
class InstructionFinder {
 public:
  // `code` begins with an instruction, and so do the places at `starts`, which ascend.
  InstructionFinder(Bytes code, Mode mode, std::span<const uint32_t> starts = {})
      : code_(code), mode_(mode), starts_(starts) {}

  struct Found {
    uint64_t start = 0;
    Instruction instruction = {};
  };
  // The instruction that contains the byte at `offset`; nothing if it, or one on the way there, cannot be decoded or
  // reaches beyond the next known start.
  std::optional<Found> find(uint64_t offset);

  Bytes code() const { return code_; }
  Mode mode() const { return mode_; }

 private:
  Bytes code_;
  Mode mode_;
  std::span<const uint32_t> starts_;
  uint64_t next_ = 0;
};

// All instructions of code, in order: visit(offset, instruction). Where the bytes are none, or reach beyond the next
// known start, skip(begin, end) gets what lies before that start, and the walk goes on there.
template <class Visit, class Skip>
void walk_instructions(Bytes code, Mode mode, std::span<const uint32_t> starts, Visit visit, Skip skip) {
  size_t next_start = 0;
  for (uint64_t at = 0; at < code.size();) {
    while (next_start < starts.size() && starts[next_start] <= at) next_start++;
    const uint64_t end =
        next_start < starts.size() && starts[next_start] < code.size() ? starts[next_start] : code.size();
    if (const auto instruction = decode_instruction(code.subspan(at, end - at), mode)) {
      visit(at, *instruction);
      at += instruction->size;
    } else {
      skip(at, end);
      at = end;
    }
  }
}

}  // namespace xld::x86
