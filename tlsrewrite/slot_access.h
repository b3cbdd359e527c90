// Runtime slots: two words beside the thread register in which a language's runtime keeps pointers of its own (the g
// and m of the historical Go toolchain). Code names them by symbols; every target has them at another place, and some
// count from another register.
//
// The instruction around a relocated field is decoded, from a known start, and what it does decides. An access
// "%fs:SYMBOL" gets the target's displacement and segment. An offset from the thread pointer stays one where the
// target's thread pointer is where the code expects it. Everything else is refused. See docs/targets.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "arch/x86_decode.h"
#include "core/reloc.h"
#include "core/result.h"

namespace xld {

// The segment register compilers count thread-local offsets from.
constexpr uint8_t usual_segment_prefix(x86::Mode mode) {
  return mode == x86::Mode::Bits64 ? x86::kFsPrefix : x86::kGsPrefix;
}

// Where the output keeps a slot, and what is known of its thread register.
struct SlotPlace {
  int64_t displacement = 0;  // from the thread register
  uint8_t size = 8;          // of the word
  uint8_t segment_prefix = x86::kFsPrefix;
  bool has_thread_pointer = true;  // the word at the thread register is its own address
  bool has_fixed_address = true;   // the output is loaded at the address it was linked for
  uint64_t detour = 0;             // where code stands that makes the access; 0: the instruction makes it

  // Code that computes with thread-local offsets itself finds the slot.
  bool is_usual(x86::Mode mode) const { return has_thread_pointer && segment_prefix == usual_segment_prefix(mode); }
};

// A relocated field of code that names a slot.
struct SlotField {
  uint32_t offset = 0;  // in the code
  Field field = Field::None;
  uint64_t place = 0;  // its address in the output
  int64_t addend = 0;
  bool is_relative = false;       // S + A - P
  bool is_thread_offset = false;  // the relocation's type is for thread-local variables
  bool is_negated = false;        // A - S: the code subtracts it
};

// What was done to an instruction.
struct SlotChange {
  uint64_t start = 0;
  uint8_t size = 0;
  std::string_view kind;  // for reports
};

// Rewrites the instruction around a field. The finder has the input's bytes, `out` are those to change, from the byte
// `begin` of the input on. Error, and nothing changed: what is wrong, and what to do.
Result<SlotChange> rewrite_slot_field(x86::InstructionFinder& finder, const SlotField& field, const SlotPlace& slot,
                                      MutableBytes out, uint64_t begin);

// Accesses through the thread pointer (--tls-indirect): for 32-bit systems whose segments end at the thread pointer, as
// Xen had it, so that what lies below it cannot be reached from the segment register. The instruction becomes a jump to
// SlotPlace::detour, where the pointer is loaded first; only moves of a word can be done so.
inline constexpr uint8_t kDetourSize = 24;

// True if the field is that of an access that takes a detour.
bool takes_detour(x86::InstructionFinder& finder, const SlotField& field);

// Writes the code at SlotPlace::detour; `out` has kDetourSize bytes. Nothing happens where the access is refused.
void write_slot_detour(x86::InstructionFinder& finder, const SlotField& field, const SlotPlace& slot, MutableBytes out);

}  // namespace xld
