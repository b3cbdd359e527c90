// Call frame information. See translator.h.
//
// .eh_frame becomes __TEXT,__eh_frame record by record as it is: both are what the Linux Standard Base describes. Its
// pointers into the object become distances in the object, which need no records; a personality is reached through a
// slot in Mach-O, and through a pointer of the program's own, DW.ref.NAME, in ELF. On i386 registers have
// other numbers, and slots are the object's own.
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/frame_registers.h"
#include "formats/elf_to_macho/translator.h"

namespace xld::elf_to_macho {

using namespace elf;

namespace {

constexpr std::string_view kPersonalityPointer = "DW.ref.";
constexpr const char* kNeedsPic =
    "unwind information with absolute addresses cannot be loaded anywhere; compile with -fPIC (or "
    "-fno-asynchronous-unwind-tables if nothing is thrown)";

constexpr const char* kNeedsPic386 =
    "an absolute pointer to a personality or an exception table cannot be translated; compile with -fPIC (or "
    "-fno-exceptions if nothing is thrown)";

}  // namespace

void Translator::translate_frames(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  if (cpu_ == Cpu::I386) {
    const MutableBytes bytes(assembler_.bytes_at(pieces_[index].place), section.bytes.size());
    if (const auto error = swap_frame_registers(bytes))
      return note(fmt::format("section {}: {}; compile with -fno-asynchronous-unwind-tables if nothing is thrown",
                              section.name, error->message));
  }
  for (size_t i = 0; i < section.relocs.size(); i++) {
    const ElfReloc& reloc = section.relocs[i];
    const Site site{index, i, &reloc, find_reloc_row(cpu_, reloc.type)};
    if (site.row && site.row->form == Form::Nothing) continue;
    if (!site.row || !has_room(site, 0, uint64_t{1} << site.row->length))
      return refuse(site, "is not known, or outside of the section's contents");
    if (site.row->form != Form::Distance && site.row->form != Form::Branch)
      return refuse(site, cpu_ == Cpu::I386 ? kNeedsPic386 : kNeedsPic);
    const ElfSymbol& symbol = symbol_at(site);
    if (symbol.name.starts_with(kPersonalityPointer)) {
      add_personality(site,
                      make_undefined(prefix() + std::string(symbol.name.substr(kPersonalityPointer.size())), false));
    } else if (!add_frame_distance(site)) {
      return refuse(site, kNeedsPic);
    }
  }
}

void Translator::add_personality(const Site& site, SymbolRef personality) {
  const ObjectPlace place = place_of(site);
  if (cpu_ == Cpu::I386) return assembler_.add_difference(place, word_of(personality), place, 0);
  store<uint32_t>(field(site), cpu_ == Cpu::X86_64 ? 4 : 0);
  const uint8_t type = cpu_ == Cpu::Arm64 ? kSlotRecordArm64 : kSlotRecordX86_64;
  assembler_.add_reloc(place.section, record_at(place.offset, personality, type));
}

// False: what it points to is not in the object.
bool Translator::add_frame_distance(const Site& site) {
  const ElfSymbol& symbol = symbol_at(site);
  if (symbol.place != SymbolPlace::Section || !pieces_[symbol.section].place.is_valid()) return false;
  const ObjectPlace& piece = pieces_[symbol.section].place;
  assembler_.add_distance(place_of(site), static_cast<uint8_t>(1 << site.row->length),
                          {piece.section, piece.offset + symbol.value}, site.reloc->addend);
  return true;
}

}  // namespace xld::elf_to_macho
