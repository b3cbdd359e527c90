// Scattered records, and names. See relocs.h.
#include "formats/macho/relocs.h"

#include <fmt/core.h>

namespace xld::macho {

constinit const RelocTable kNoRelocs = {};

RawReloc read_scattered_reloc(uint32_t first, uint32_t second) {
  RawReloc raw;
  raw.address = first & 0xffffff;
  raw.type = first >> 24 & 0xf;
  raw.length = first >> 28 & 3;
  raw.is_pc_relative = (first >> 30 & 1) != 0;
  raw.is_scattered = true;
  raw.number = second;
  return raw;
}

uint32_t reloc_word(const RawReloc& raw) {
  return raw.number | uint32_t{raw.is_pc_relative} << 24 | uint32_t{raw.length} << 25 | uint32_t{raw.is_extern} << 27 |
         uint32_t{raw.type} << 28;
}

uint32_t reloc_group_size(Cpu cpu, const RawReloc& first) {
  switch (reloc_meaning(cpu, first.type).form) {
    case RelocForm::Subtractor:
    case RelocForm::SectionDifference:
    case RelocForm::Addend:
      return 2;
    default:
      return 1;
  }
}

std::string reloc_name(Cpu cpu, uint8_t raw_type) {
  const char* name = reloc_meaning(cpu, raw_type).name;
  return name ? std::string(name) : fmt::format("unknown relocation type {}", raw_type);
}

Field field_of(Cpu cpu, uint8_t length, bool is_pc_relative) {
  switch (length) {
    case 0:
      return is_pc_relative ? Field::Signed8 : Field::Word8;
    case 1:
      return is_pc_relative ? Field::Signed16 : Field::Word16;
    case 2:
      return cpu == Cpu::I386 ? Field::Wrap32 : is_pc_relative ? Field::Signed32 : Field::Word32;
    default:
      return Field::Word64;
  }
}

}  // namespace xld::macho
