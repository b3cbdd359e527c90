// Accesses to runtime slots (tlsrewrite/slot_access.h). See translator.h.
//
// "%fs:NAME" is an absolute address of 32 bits, for which programs above 4 GiB have no use but this: where the
// instruction has a segment prefix and the name is another file's, the record is passed on, and the linker judges when
// it knows what the name means. "%fs:NAME@tpoff" is how compilers reach thread-local variables, too: it means a slot if
// an option or a note of the object itself says so.
#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

// R_X86_64_32, R_X86_64_32S, R_X86_64_TPOFF32; R_386_TLS_LE. Other absolute addresses have records in any case.
bool is_narrow_address(Cpu cpu, uint32_t type) {
  return cpu == Cpu::X86_64 ? type == 10 || type == 11 || type == 23 : cpu == Cpu::I386 && type == 17;
}
bool is_thread_offset(Cpu cpu, uint32_t type) {
  return type == (cpu == Cpu::X86_64 ? 23 : 17);
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

x86::InstructionFinder& Translator::finder_for(uint32_t section) {
  if (!finder_ || finder_section_ != section) {
    starts_ = starts_of(section);
    finder_section_ = section;
    finder_.emplace(elf_.sections[section].bytes, mode(), starts_);
  }
  return *finder_;
}

bool Translator::is_slot_name(std::string_view name) const {
  return std::ranges::count(slot_names_, name) != 0 ||
         std::ranges::any_of(settings_.slot_names, [&](std::string_view asked) {
           return name == asked || (settings_.adds_underscores && asked.starts_with('_') && name == asked.substr(1));
         });
}

bool Translator::is_slot_access(const Site& site) {
  const ElfSection& section = elf_.sections[site.section];
  if (!is_narrow_address(cpu_, site.reloc->type) || !(section.flags & SHF_EXECINSTR) || !has_room(site, 0, 4))
    return false;
  const ElfSymbol& symbol = symbol_at(site);
  // A hidden variable is another file's of the same program: no slot.
  if (symbol.place != SymbolPlace::Undefined || site.reloc->symbol == 0 || symbol.visibility != STV_DEFAULT)
    return false;
  if (is_thread_offset(cpu_, site.reloc->type) && !is_slot_name(symbol.name)) return false;
  const auto found = finder_for(site.section).find(site.reloc->offset);
  return found && found->instruction.segment_prefix != 0 &&
         found->start + found->instruction.displacement == site.reloc->offset;
}

void Translator::translate_slot_access(const Site& site) {
  const SymbolRef symbol = symbol_of(site.reloc->symbol, &site);
  if (!symbol.is_valid()) return;
  detoured_[site.section].push_back(static_cast<uint32_t>(site.reloc->offset));
  store(field(site), static_cast<uint32_t>(site.reloc->addend));
  const ObjectPlace place = place_of(site);
  assembler_.add_reloc(place.section, record_at(place.offset, symbol, kUnsignedRecord, false));
}

}  // namespace xld::elf_to_macho
