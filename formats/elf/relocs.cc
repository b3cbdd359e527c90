// The registry of relocation tables by CPU, and the one relocation whose meaning depends on its instruction.
#include "formats/elf/relocs.h"

#include <fmt/core.h>

#include "formats/elf/relocs_table.h"

namespace xld::elf {
namespace {

constexpr uint32_t kR386Got32 = 3;
constexpr uint32_t kR386Got32X = 43;

constexpr RelocMeaning kUnknown;
constexpr RelocTable kNoRelocs = {};

// The ModRM byte before the field names a displacement and no base register. If the byte before it says that a SIB byte
// follows, then it is that SIB byte and the instruction has an index register.
bool has_no_base(Bytes code, uint64_t offset) {
  if (offset < 2 || offset > code.size()) return false;
  const bool is_sib_byte = (code[offset - 2] & 0xc7) == 0x04;
  return !is_sib_byte && (code[offset - 1] & 0xc7) == 0x05;
}

}  // namespace

const RelocTable& reloc_table(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return kRelocsX86_64;
    case Cpu::I386:
      return kRelocsI386;
    default:
      return kNoRelocs;
  }
}

const RelocMeaning& reloc_meaning(Cpu cpu, uint32_t raw_type) {
  const RelocTable& table = reloc_table(cpu);
  return raw_type < table.size() ? table[raw_type] : kUnknown;
}

std::string reloc_name(Cpu cpu, uint32_t raw_type) {
  const char* name = reloc_meaning(cpu, raw_type).name;
  return name ? std::string(name) : fmt::format("unknown relocation type {}", raw_type);
}

void refine_reloc(Cpu cpu, Bytes code, Reloc& reloc) {
  if (cpu != Cpu::I386) return;
  if (reloc.raw_type != kR386Got32 && reloc.raw_type != kR386Got32X) return;
  if (has_no_base(code, reloc.offset)) reloc.from = From::Nothing;
}

const DynamicRelocTypes& dynamic_reloc_types(Cpu cpu) {
  return cpu == Cpu::I386 ? kDynamicRelocTypesI386 : kDynamicRelocTypesX86_64;
}

}  // namespace xld::elf
