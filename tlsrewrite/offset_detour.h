// Accesses that add a variable's offset to the thread pointer, for outputs whose variables have no such offset but a
// function that gives their address.
//
// The thread pointer is taken for 0 and the offset for the address. An instruction that holds an offset (x@tpoff),
// loads one (x@gottpoff) or asks for one (x@tlsdesc) becomes a jump to code that asks the function and then does what
// the instruction did; an instruction that reads the thread pointer gets 0. The guard of the stack protector, which ELF
// keeps beside the thread pointer, is reached in the same way where it is a variable. System V psABI of AMD64 §B, "ELF
// Handling For Thread-Local Storage" §4.2, 4.4.6; Intel SDM volume 2 §2.1 to 2.3 and 2.7 for the encoding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/x86_decode.h"
#include "core/result.h"

namespace xld {

enum class OffsetUse : uint8_t {
  Offset,      // the field is the offset
  Slot,        // the field is the distance to a word with the offset
  Descriptor,  // the field is the distance to something that is called for the offset
  Guard,       // the field is the place of the stack protector's guard, which is an ordinary variable in the output
};

// A relocated field of code.
struct OffsetField {
  uint32_t offset = 0;  // in the code
  uint8_t size = 4;
  OffsetUse use = OffsetUse::Offset;
  int64_t addend = 0;  // to the variable's address
};

// What stands in for one instruction. The positions of fields count from the start of `code`; each is a distance of 32
// bits from its end, but for descriptor_field in 32-bit code, which is an address.
struct OffsetDetour {
  uint64_t start = 0;  // of the instruction, and its size
  uint8_t size = 0;
  bool is_call = false;  // it calls through the variable
  std::vector<uint8_t> code = {};
  uint32_t descriptor_field = 0;  // of a load of the descriptor's or the guard's address, "mov WORD(%rip), %reg"
  uint32_t helper_field = 0;      // of a call; 0: there is none
  uint32_t end_field = 0;         // of the jump to the next instruction; 0: there is none
  // An immediate of 32 bits, which may have a relocation of its own: in the instruction, and in the code; 0: none.
  uint32_t immediate = 0, immediate_field = 0;
};

// The helper takes a descriptor's address from the stack, (%rsp) before the call, and leaves the variable's address
// there. It changes no register and no flag. Error: why the instruction cannot be done so.
Result<OffsetDetour> make_offset_detour(x86::InstructionFinder& finder, const OffsetField& field);

// Writes the jump, and no-ops up to the instruction's end; its field is what returns, from the start of `instruction`.
uint32_t write_detour_jump(const OffsetDetour& detour, MutableBytes instruction);

// The helper.
std::span<const uint8_t> offset_detour_helper(x86::Mode mode);

struct ThreadPointerProblem {
  uint64_t offset = 0;
  const char* what = nullptr;
};
// Makes the thread pointer 0: loads of it, and accesses through a register that holds an offset. `fields`: offsets of
// fields that have a detour, whose instructions are left alone, ascending; `starts` as for InstructionFinder. Returns
// what cannot be done.
std::vector<ThreadPointerProblem> clear_thread_pointer(MutableBytes code, x86::Mode mode,
                                                       std::span<const uint32_t> starts,
                                                       std::span<const uint32_t> fields);

// Where code reads the guard: the displacements of "%fs:0x28", in 32-bit code "%gs:0x14", which have no relocations.
struct GuardAccesses {
  std::vector<uint32_t> fields = {};   // ascending
  std::vector<uint64_t> unclear = {};  // starts of what cannot be decoded and may hold one
};
GuardAccesses find_guard_accesses(Bytes code, x86::Mode mode, std::span<const uint32_t> starts);

// A word beside the thread pointer that code names by its number: "%fs:0x10", in 32-bit code "%gs:0x10".
struct ThreadWord {
  uint32_t field = 0;  // of the displacement, in the code
  int32_t number = 0;
};
// Those which only ELF systems have there: in 32-bit code other systems have words of theirs from 0x48 on. Code without
// bytes that look like one is not decoded.
std::vector<ThreadWord> find_thread_words(Bytes code, x86::Mode mode, std::span<const uint32_t> starts);

}  // namespace xld
