// Call frame information. See translator.h.
//
// .eh_frame becomes __TEXT,__eh_frame record by record as it is: both are what the Linux Standard Base describes. Its
// pointers into the object become distances in the object, which need no records; a personality is reached through a
// slot in Mach-O, and through a pointer of the program's own, DW.ref.NAME, in ELF.
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"

namespace xld::elf_to_macho {

using namespace elf;

namespace {

constexpr std::string_view kPersonalityPointer = "DW.ref.";
constexpr const char* kNeedsPic =
    "unwind information with absolute addresses cannot be loaded anywhere; compile with -fPIC (or "
    "-fno-asynchronous-unwind-tables if nothing is thrown)";

}  // namespace

void Translator::translate_frames(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  for (size_t i = 0; i < section.relocs.size(); i++) {
    const ElfReloc& reloc = section.relocs[i];
    Site site{index, i, &reloc, find_reloc_row(cpu_, reloc.type)};
    if (site.row && site.row->form == Form::Nothing) continue;
    if (!site.row || (site.row->form != Form::Distance && site.row->form != Form::Branch)) {
      refuse(site, kNeedsPic);
      return;
    }
    const uint8_t size = site.row->length == 3 ? 8 : 4;
    if (!has_room(site, 0, size)) {
      refuse(site, "is outside of the section's contents");
      return;
    }
    const ElfSymbol& symbol = symbol_at(site);
    if (symbol.name.starts_with(kPersonalityPointer) && cpu_ != Cpu::I386) {
      const std::string name = prefix() + std::string(symbol.name.substr(kPersonalityPointer.size()));
      BuiltReloc record = record_for(site, make_undefined(name, false));
      record.type = cpu_ == Cpu::Arm64 ? kSlotRecordArm64 : kSlotRecordX86_64;
      record.is_relative = true;
      write_number(site, cpu_ == Cpu::Arm64 ? 0 : 4);
      assembler_.add_reloc(place_of(site).section, record);
    } else if (symbol.place == SymbolPlace::Section && pieces_[symbol.section].place.is_valid()) {
      const ObjectPlace& piece = pieces_[symbol.section].place;
      assembler_.add_distance(place_of(site), size, {piece.section, piece.offset + symbol.value}, reloc.addend);
    } else {
      refuse(site, kNeedsPic);
      return;
    }
  }
}

}  // namespace xld::elf_to_macho
