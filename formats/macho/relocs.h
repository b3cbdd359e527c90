// The raw Mach-O relocation records of each CPU, and what they mean: one constexpr table per CPU.
//
// Source: <mach-o/reloc.h>, <mach-o/x86_64/reloc.h>, <mach-o/arm64/reloc.h>. A record is two words; on i386 a set top
// bit makes it a scattered one, which names its target by address and not by number. The scan and the emission both
// read these tables through decode.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>

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

// `record` has 8 bytes.
RawReloc read_raw_reloc(Cpu cpu, const uint8_t* record);

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

// The second word of a record that is not scattered.
uint32_t reloc_word(const RawReloc& raw);

// Records that belong together, beginning with this one: 1 or 2.
uint32_t reloc_group_size(Cpu cpu, const RawReloc& first);

const RelocMeaning& reloc_meaning(Cpu cpu, uint32_t raw_type);

// "X86_64_RELOC_SIGNED", or "unknown relocation type 11".
std::string reloc_name(Cpu cpu, uint32_t raw_type);

// How a value of 2^length bytes is put into its place.
Field field_of(Cpu cpu, uint8_t length, bool is_pc_relative);

}  // namespace xld::macho
