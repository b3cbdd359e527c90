// ELF relocation types and what becomes of them in a Mach-O object: one constexpr table per CPU.
//
// System V psABI of AMD64 §4.4, of i386 §4.4; ELF for the Arm 64-bit Architecture §5.7. <mach-o/x86_64/reloc.h>,
// <mach-o/arm64/reloc.h>, <mach-o/reloc.h>. A row that Mach-O has no record for says which code is wanted instead.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/target.h"

namespace xld::elf_to_macho {

enum class Form : uint8_t {
  Refused,          // `advice` says why, and what helps
  Nothing,          // a marker
  Address,          // S + A
  Distance,         // S + A - P: a record of its own on x86, a pair elsewhere
  Branch,           // the same, to S or a stub of it
  Slot,             // the distance to S's slot
  SlotLoad,         // the same, of an instruction that may become a lea
  InstructionPart,  // arm64: addends have records of their own
  TableDistance,    // i386: from P to the global offset table
  TableOffset,      // from the table to S
  TableSlot,        // from the table to S's slot; from 0 in an instruction without a register
  Size,             // of S
  TlsPair,          // general dynamic: begins a call of __tls_get_addr
  TlsModule,        // local dynamic: the same, for the start of all variables
  TlsBlockOffset,   // local dynamic: from there to S
  TlsOffset,        // x86: the offset from the thread pointer
  TlsOffsetSlot,    // a load of it
  TlsDescriptor,    // TLSDESC: the address of what is called for it
  TlsDescriptorCall,
  TlsPage,        // arm64: the page of a descriptor; the rest of the sequence follows
  TlsDescLoad,    // arm64, TLSDESC: ldr x1, [x0, ...]
  TlsDescAdd,     // add x0, x0, ...
  TlsDescCall,    // blr x1
  TlsPairAdd,     // general dynamic: add x0, x0, ...; bl __tls_get_addr and nop follow
  TlsSlotPage,    // initial exec: the page of a word with the offset
  TlsSlotLoad,    // ldr from it
  TlsOffsetHigh,  // local exec, local dynamic: add of the upper half or of all of an offset
  TlsOffsetLow,   // the lower half, in an add, ldr or str
};

struct RelocRow {
  uint32_t type;
  const char* name;
  Form form;
  uint8_t record = 0;  // the Mach-O type
  uint8_t length = 0;  // log2 of the field's size
  bool is_relative = false;
  const char* advice = nullptr;
  uint8_t low_scale = 0;  // TlsOffsetLow: log2 of what the instruction counts in
};

// nullptr: the type is unknown.
const RelocRow* find_reloc_row(Cpu cpu, uint32_t type);

std::string reloc_name(Cpu cpu, uint32_t type);

std::span<const RelocRow> reloc_rows(Cpu cpu);

// The record of a load from a thread-local variable's descriptor by x86-64 code, and of the distance to a slot.
inline constexpr uint8_t kTlvRecordX86_64 = 9, kSlotLoadRecordX86_64 = 3, kSlotRecordX86_64 = 4, kTlvRecordI386 = 5;
inline constexpr uint8_t kSlotRecordArm64 = 7, kAddendRecordArm64 = 10;
inline constexpr uint8_t kTlvPageRecordArm64 = 8, kTlvPageOffsetRecordArm64 = 9;

// The instructions that ELF has for a type are prescribed for most of those that concern thread-local variables.
inline constexpr const char* kUnknownSequence =
    "the instructions around it are not those compilers use for thread-local variables";

}  // namespace xld::elf_to_macho
