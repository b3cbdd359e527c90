// The raw Mach-O relocation records of each CPU, and what they mean: one constexpr table per CPU.
//
// Source: <mach-o/reloc.h>, <mach-o/x86_64/reloc.h>, <mach-o/arm64/reloc.h>. A record is two words; on i386 a set top
// bit makes it a scattered one, which names its target by address and not by number. The scan and the emission both
// read these tables through decode.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/reloc.h"
#include "core/target.h"

namespace xld::macho {

struct RawReloc {
  uint32_t address = 0;  // of the field, in its section
  uint32_t number = 0;   // of a symbol, or of a section, counted from 1; of a scattered record, the target's address
  uint8_t type = 0;
  uint8_t length = 0;  // log2 of the field's size
  bool is_pc_relative = false;
  bool is_extern = false;  // `number` is a symbol's
  bool is_scattered = false;
};

enum class RelocForm : uint8_t {
  Unsupported,
  Plain,
  Subtractor,         // names the subtrahend; the record behind it has the minuend and the field
  SectionDifference,  // has minuend and field; the Pair record behind it names the subtrahend
  Pair,               // second half of a SectionDifference
  Addend,             // `number` is the addend of the record behind it, which is for the same instruction
};

struct RelocMeaning {
  const char* name = nullptr;
  RelocForm form = RelocForm::Unsupported;
  Want want = Want::None;
  uint8_t hints = 0;
  uint8_t trailing = 0;  // bytes of the instruction behind the field: the program counter is that much further
  uint8_t lead = 0;      // Reloc::lead
  uint8_t lengths = 0;   // accepted values of r_length, as bits
  bool may_be_absolute = false;
  bool may_be_relative = false;
  // A part of an instruction: holds no addend, and is relative to `from`. None: a number of the record's length.
  Field field = Field::None;
  From from = From::Place;
  bool wants_thread_variable = false;
};

using RelocTable = std::array<RelocMeaning, 16>;
extern const RelocTable kRelocsX86_64;
extern const RelocTable kRelocsI386;
extern const RelocTable kRelocsArm64;
extern const RelocTable kNoRelocs;

inline const RelocTable& reloc_table(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return kRelocsX86_64;
    case Cpu::I386:
      return kRelocsI386;
    case Cpu::Arm64:
      return kRelocsArm64;
    default:
      return kNoRelocs;
  }
}

// `raw_type` is that of a record: four bits.
inline const RelocMeaning& reloc_meaning(Cpu cpu, uint8_t raw_type) {
  return reloc_table(cpu)[raw_type & 0xf];
}

constexpr uint32_t kScattered = 0x80000000;  // in the first word
RawReloc read_scattered_reloc(uint32_t first, uint32_t second);

// `record` has 8 bytes.
inline RawReloc read_raw_reloc(Cpu cpu, const uint8_t* record) {
  const auto first = load<uint32_t>(record);
  const auto second = load<uint32_t>(record + 4);
  if (cpu == Cpu::I386 && (first & kScattered)) return read_scattered_reloc(first, second);
  RawReloc raw;
  raw.address = first;
  raw.number = second & 0xffffff;
  raw.is_pc_relative = (second >> 24 & 1) != 0;
  raw.length = second >> 25 & 3;
  raw.is_extern = (second >> 27 & 1) != 0;
  raw.type = static_cast<uint8_t>(second >> 28);
  return raw;
}

// The second word of a record that is not scattered.
uint32_t reloc_word(const RawReloc& raw);

// Records that belong together, beginning with this one: 1 or 2.
uint32_t reloc_group_size(Cpu cpu, const RawReloc& first);

// "X86_64_RELOC_SIGNED", or "unknown relocation type 11".
std::string reloc_name(Cpu cpu, uint8_t raw_type);

// How a value of 2^length bytes is put into its place.
Field field_of(Cpu cpu, uint8_t length, bool is_pc_relative);

}  // namespace xld::macho
