// The raw ELF relocation types of each CPU as canonical relocations: one constexpr table each.
//
// Sources: x86-64 psABI 1.0 §4.4 and its APX additions, i386 psABI 1.1 §4.4. Both the scan and the emission read these
// tables through the decoder in object.cc, so they cannot disagree.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/reloc.h"
#include "core/target.h"

namespace xld::elf {

struct RelocMeaning {
  const char* name = nullptr;  // R_X86_64_PC32 ...; none for a number without a meaning
  Want want = Want::None;
  From from = From::Nothing;
  Field field = Field::None;
  uint8_t hints = 0;
  uint8_t bias = 0;       // Reloc::bias
  uint8_t lead = 0;       // Reloc::lead
  bool is_known = false;  // false: not in relocatable input (run-time types), or never implemented by anyone
};

// The whole table of a CPU, for loops over many relocations. x86 types are below 256.
using RelocTable = std::array<RelocMeaning, 256>;
const RelocTable& reloc_table(Cpu cpu);

// Never fails: unknown types answer with is_known == false.
const RelocMeaning& reloc_meaning(Cpu cpu, uint32_t raw_type);

// "R_X86_64_PC32", or "unknown relocation type 99".
std::string reloc_name(Cpu cpu, uint32_t raw_type);

// Adjusts what depends on the instruction: i386 GOT32 and GOT32X are offsets from the GOT, but the slot's address
// (From::Nothing) where the instruction has no base register. For code only; `code` is the input's, not yet rewritten.
void refine_reloc(Cpu cpu, Bytes code, Reloc& reloc);

// Dynamic relocation types the writer emits for a CPU; 0 where it has none. The slots of Want::TlsNegatedOffsetSlot in
// a shared library take `negated_thread_offset`.
struct DynamicRelocTypes {
  uint32_t relative, irelative, absolute, distance, size, narrow_size, glob_dat, jump_slot, copy, tls_module,
      tls_offset, thread_offset, negated_thread_offset, tls_desc;
  bool has_addend;  // RELA or REL
};
const DynamicRelocTypes& dynamic_reloc_types(Cpu cpu);

}  // namespace xld::elf
