// Debug information. See translator.h.
//
// In Mach-O it stays in the object, where a debug map leads readers who know Mach-O objects; dsymutil knows no others.
// That of ELF objects therefore becomes part of the output, as __DWARF sections without the mark for what stays behind
// (S_ATTR_DEBUG). ELF linkers give such sections address 0, so that an address in one is an offset: here it is the
// distance to the section's start. DWARF 5 §7.3, §2.5.1.4.3 for thread-local variables, which are named by their
// descriptors, as compilers for Darwin do.
#include <fmt/core.h>

#include "formats/elf/decompress.h"
#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr uint8_t kConst8u = 0x0e;  // DW_OP_const8u

// Of an absolute address; 0: the type is none.
uint8_t address_length(Cpu cpu, const RelocRow& row) {
  constexpr uint32_t kNarrowX86_64 = 10, kNarrowArm64 = 258;  // R_X86_64_32, R_AARCH64_ABS32
  if (row.form == Form::Address) return row.length;
  return row.type == (cpu == Cpu::Arm64 ? kNarrowArm64 : kNarrowX86_64) ? kLongField : uint8_t{0};
}

}  // namespace

// False: the section is left out.
bool Translator::prepare_debug_section(uint32_t index) {
  ElfSection& section = elf_.sections[index];
  // i386 has no record for the distance to something that another file begins with.
  if (!settings_.keeps_debug_information || cpu_ == Cpu::I386) return false;
  const bool is_old = section.name.starts_with(".zdebug_");
  if (!is_old && !(section.flags & SHF_COMPRESSED)) return true;
  const auto compressed =
      is_old ? read_zdebug_section(section.bytes) : read_compressed_section(section.bytes, cpu_ != Cpu::I386);
  if (!compressed) return note(fmt::format("section {}: {}", section.name, compressed.error().message)), false;
  std::vector<uint8_t>& contents = elf_.decompressed.emplace_back(compressed->size);
  if (const auto error = decompress(*compressed, contents))
    return note(fmt::format("section {}: {}", section.name, error->message)), false;
  section.bytes = contents;
  section.size = contents.size();
  section.alignment = compressed->alignment;
  return true;
}

void Translator::translate_debug_section(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  for (size_t i = 0; i < section.relocs.size(); i++) {
    const Site site{index, i, &section.relocs[i], find_reloc_row(cpu_, section.relocs[i].type)};
    if (site.row && site.row->form == Form::Nothing) continue;
    if (!site.row) return refuse(site, "is not known; leave debug information out with -S");
    translate_debug_reloc(site);
  }
}

void Translator::translate_debug_reloc(const Site& site) {
  if (site.row->form == Form::TlsBlockOffset) return translate_debug_variable(site);
  const uint8_t length = address_length(cpu_, *site.row);
  if (length == 0 || !has_room(site, 0, uint64_t{1} << length))
    return refuse(site, "has no meaning in debug information; leave that out with -S");
  const ElfSymbol& symbol = symbol_at(site);
  if (symbol.place == SymbolPlace::Undefined) return;  // the variable or function is another file's to describe
  if (symbol.place == SymbolPlace::Section) {
    const Piece& piece = pieces_[symbol.section];
    if (!piece.place.is_valid()) return;  // about what no Mach-O program has
    if (piece.plan.treatment == Treatment::Debug)
      return translate_debug_offset(site, {piece.place.section, piece.place.offset + symbol.value}, length);
  }
  if (length != kQuadField) return refuse(site, "is too narrow for an address of this output; leave it out with -S");
  const Target target = target_of(site, 0);
  if (target.symbol.is_valid()) add_debug_address(site, target.symbol, target.addend);
}

void Translator::add_debug_address(const Site& site, SymbolRef symbol, int64_t addend) {
  store<uint64_t>(field(site), static_cast<uint64_t>(addend));
  const ObjectPlace place = place_of(site);
  assembler_.add_reloc(place.section, record_at(place.offset, symbol, kUnsignedRecord, false, kQuadField));
}

// What is meant is said by the place in the object, so that strings can be shared.
void Translator::translate_debug_offset(const Site& site, ObjectPlace target, uint8_t length) {
  const Piece& piece = pieces_[symbol_at(site).section];
  const ObjectPlace place = place_of(site);
  const SymbolRef start =
      make_undefined(fmt::format("section$start${}${}", piece.plan.segment, piece.plan.name), false);
  assembler_.add_reloc(place.section, record_at(place.offset, start, subtractor_record(cpu_), false, length));
  BuiltReloc record = record_at(place.offset, {}, kUnsignedRecord, false, length);
  record.number = ObjectAssembler::section_number(target);
  assembler_.add_reloc(place.section, record);
  assembler_.add_address(place_of(site), static_cast<uint8_t>(1 << length), target, site.reloc->addend);
}

// The operand of DW_OP_const8u; gcc writes it as two words.
void Translator::translate_debug_variable(const Site& site) {
  if (!has_room(site, 1, 8) || field(site)[-1] != kConst8u || symbol_at(site).type != STT_TLS) return;
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (descriptor.is_valid()) add_debug_address(site, descriptor, 0);
}

}  // namespace xld::elf_to_macho
