// The raw ELF relocation types of each CPU as canonical relocations: one constexpr table each.
//
// Sources: x86-64 psABI 1.0 §4.4 and its APX additions, i386 psABI 1.1 §4.4. Both the scan and the emission read these
// tables through the decoder in object.cc, so they cannot disagree.
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/reloc.h"
#include "core/target.h"

namespace xld::elf {

struct RelocMeaning {
  Want want = Want::None;
  From from = From::Nothing;
  Field field = Field::None;
  uint8_t hints = 0;
  bool is_known = false;         // false: no such type in relocatable input
  uint8_t bias = 0;              // what PC-relative addends conventionally subtract (4 for x86 rel32)
  const char* name = nullptr;    // R_X86_64_PC32 ...
};

// Never fails: unknown types answer with is_known == false.
const RelocMeaning& reloc_meaning(Cpu cpu, uint32_t raw_type);

// "R_X86_64_PC32", or "unknown relocation type 99".
std::string reloc_name(Cpu cpu, uint32_t raw_type);

// Adjusts hints that depend on the instruction: i386 GOT32 and GOT32X without a base register get hint::kNoBase.
void refine_hints(Cpu cpu, Bytes code, Reloc& reloc);

// Dynamic relocation types the writer emits for a CPU.
struct DynamicRelocTypes {
  uint32_t relative, irelative, absolute, glob_dat, jump_slot, copy, tls_module, tls_offset, thread_offset, tls_desc;
  bool has_addend;  // RELA or REL
};
const DynamicRelocTypes& dynamic_reloc_types(Cpu cpu);

}  // namespace xld::elf
