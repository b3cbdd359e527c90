// Accesses to runtime slots (tlsrewrite/slot_access.h), and the notes that name them. See translator.h.
//
// "%fs:NAME" is an absolute address of 32 bits, for which programs above 4 GiB have no use but this: where the
// instruction has a segment prefix and the name is another file's, the record is passed on, and the linker judges when
// it knows what the name means.
#include <algorithm>
#include <fmt/core.h>

#include "arch/x86_decode.h"
#include "formats/elf/elf.h"
#include "formats/elf/section_names.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"
#include "tlsrewrite/slot_note.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr uint8_t kFieldLength = 2;  // log2 of the field's size

// R_X86_64_32, R_X86_64_32S, R_X86_64_TPOFF32; R_386_TLS_LE. Other absolute addresses have records in any case.
bool is_narrow_address(Cpu cpu, uint32_t type) {
  return cpu == Cpu::X86_64 ? type == 10 || type == 11 || type == 23 : cpu == Cpu::I386 && type == 17;
}

}  // namespace

std::vector<uint32_t> Translator::starts_of(uint32_t section) const {
  std::vector<uint32_t> starts;
  for (const ElfSymbol& symbol : elf_.symbols)
    if (symbol.place == SymbolPlace::Section && symbol.section == section)
      starts.push_back(static_cast<uint32_t>(symbol.value));
  std::ranges::sort(starts);
  return starts;
}

bool Translator::is_slot_access(const Site& site) const {
  const ElfSection& section = elf_.sections[site.section];
  if (!is_narrow_address(cpu_, site.reloc->type) || !(section.flags & SHF_EXECINSTR) || !has_room(site, 0, 4))
    return false;
  if (symbol_at(site).place != SymbolPlace::Undefined || site.reloc->symbol == 0) return false;
  const std::vector<uint32_t> starts = starts_of(site.section);
  x86::InstructionFinder finder(section.bytes, cpu_ == Cpu::X86_64 ? x86::Mode::Bits64 : x86::Mode::Bits32, starts);
  const auto found = finder.find(site.reloc->offset);
  return found && found->instruction.segment_prefix != 0 &&
         found->start + found->instruction.displacement == site.reloc->offset;
}

void Translator::translate_slot_access(const Site& site) {
  const SymbolRef symbol = symbol_of(site.reloc->symbol, &site);
  if (!symbol.is_valid()) return;
  store(field(site), static_cast<uint32_t>(site.reloc->addend));
  BuiltReloc record;
  record.offset = place_of(site).offset;
  record.symbol = symbol;
  record.type = kUnsignedRecord;
  record.length = kFieldLength;
  assembler_.add_reloc(place_of(site).section, record);
}

// The same notes with the names that the symbols have here.
void Translator::translate_notes() {
  for (const ElfSection& section : elf_.sections) {
    if (section.type != SHT_NOTE || section.name != kSlotSection) continue;
    const auto requests = read_slot_notes(section.bytes);
    if (!requests) {
      note(fmt::format("section {}: {}", section.name, requests.error().message));
      continue;
    }
    for (const SlotRequest& request : *requests) {
      const std::string name = (settings_.adds_underscores ? "_" : "") + std::string(request.name);
      const std::vector<uint8_t> bytes = make_slot_note({name, request.index});
      assembler_.append(assembler_.section("__XLD", "__slots", S_REGULAR | S_ATTR_DEBUG), bytes, bytes.size(), 4);
    }
  }
}

}  // namespace xld::elf_to_macho
