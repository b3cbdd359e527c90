// Relocations of code and data. See translator.h, relocs.h.
//
// Records always name symbols. A field of data or x86 code holds the addend; the program counter, from which x86
// counts, is the end of the field in Mach-O and a part of the addend in ELF. Instructions of arm64 hold nothing.
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr uint8_t kBranchX86_64 = 2;
constexpr int64_t kAddendLimit = 1 << 23;  // of a record for it
// What a record promises to be in the section.
uint64_t size_of_field(const RelocRow& row) {
  if (row.form == Form::Nothing || row.form == Form::Refused) return 0;
  if (row.form == Form::TlsDescriptorCall) return 2;
  return row.length == 3 ? 8 : 4;
}

constexpr const char* kNoForeignDistance =
    "i386 has no record for the distance to a variable that another file defines; compile with -fno-pic, or without "
    "hidden visibility of such variables";

constexpr uint8_t kGotPageArm64 = 5, kGotPageOffsetArm64 = 6;

}  // namespace

ObjectPlace Translator::place_of(const Site& site, int64_t shift) const {
  if (!moved_.empty() && shift == 0) {
    const auto moved = moved_.find({site.section, site.index});
    if (moved != moved_.end()) return moved->second;
  }
  const Piece& piece = pieces_[site.section];
  uint64_t offset = site.reloc->offset;
  if (piece.plan.is_backward) offset = elf_.sections[site.section].size - word_size() - offset;
  return {piece.place.section, piece.place.offset + offset + static_cast<uint64_t>(shift)};
}

bool Translator::has_room(const Site& site, uint64_t before, uint64_t after) const {
  const Bytes bytes = elf_.sections[site.section].bytes;
  return site.reloc->offset >= before && contains(bytes, site.reloc->offset, after);
}

// What stands around a field is a part of its instruction.
bool Translator::is_in_code(const Site& site) const {
  return (elf_.sections[site.section].flags & SHF_EXECINSTR) != 0;
}

BuiltReloc Translator::record_for(const Site& site, SymbolRef symbol) const {
  return record_at(place_of(site).offset, symbol, site.row->record, site.row->is_relative, site.row->length);
}

void Translator::write_number(const Site& site, uint64_t value) {
  if (site.row->length == 3) return store<uint64_t>(field(site), value);
  store<uint32_t>(field(site), static_cast<uint32_t>(value));
}

void Translator::translate_section(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  for (size_t i = 0; i < section.relocs.size();) {
    const ElfReloc& reloc = section.relocs[i];
    Site site{index, i, &reloc, find_reloc_row(cpu_, reloc.type)};
    if (!site.row) {
      refuse(site, "is not known");
      return;
    }
    if (!has_room(site, 0, size_of_field(*site.row))) {
      refuse(site, "is outside of the section's contents");
      return;
    }
    i += translate_reloc(site);
  }
}

size_t Translator::translate_reloc(const Site& site) {
  if (is_slot_access(site)) return translate_slot_access(site), 1;
  switch (site.row->form) {
    case Form::Refused:
      refuse(site, site.row->advice);
      return 1;
    case Form::Nothing:
      return 1;
    case Form::Address:
      translate_address(site);
      return 1;
    case Form::Distance:
    case Form::Branch:
    case Form::Slot:
    case Form::SlotLoad:
      translate_distance(site);
      return 1;
    case Form::InstructionPart:
      translate_instruction(site);
      return 1;
    case Form::TableDistance:
      translate_table_distance(site);
      return 1;
    case Form::TableOffset:
      translate_table_offset(site);
      return 1;
    case Form::TableSlot:
      translate_table_slot(site);
      return 1;
    case Form::Size:
      translate_size(site);
      return 1;
    case Form::TlsPair:
    case Form::TlsModule:
      return cpu_ == Cpu::I386 ? translate_tls_call_i386(site) : translate_tls_call(site);
    case Form::TlsBlockOffset:
      translate_block_offset(site);
      return 1;
    case Form::TlsOffset:
    case Form::TlsOffsetSlot:
    case Form::TlsDescriptor:
      translate_thread_offset(site);
      return 1;
    case Form::TlsDescriptorCall:
      translate_descriptor_call(site);
      return 1;
    case Form::TlsSlotPage:
      translate_slot_page(site);
      return 1;
    case Form::TlsSlotLoad:
    case Form::TlsOffsetHigh:
      translate_arm64_offset(site);
      return 1;
    case Form::TlsOffsetLow:
      translate_low_offset(site);
      return 1;
    case Form::TlsPage:
      translate_tls_page(site);
      return 1;
    case Form::TlsDescLoad:
    case Form::TlsDescAdd:
    case Form::TlsDescCall:
      translate_tls_descriptor(site);
      return 1;
    case Form::TlsPairAdd:
      return translate_tls_pair_add(site);
  }
  return 1;
}

// ---- targets

// `bias`: from the addend to what is meant, if the program counter is a part of it.
Translator::Target Translator::target_of(const Site& site, int64_t bias) {
  const ElfReloc& reloc = *site.reloc;
  const ElfSymbol& symbol = symbol_at(site);
  if (reloc.symbol == 0) {
    refuse(site, "names no symbol");
    return {};
  }
  if (symbol.type == STT_TLS) {
    refuse(site, "takes a thread-local variable for an ordinary one; compile with -fPIC");
    return {};
  }
  const bool is_by_offset = symbol.type == STT_SECTION && symbol.place == SymbolPlace::Section;
  if (is_by_offset && pieces_[symbol.section].place.is_valid()) {
    const auto offset = static_cast<uint64_t>(reloc.addend + bias);
    const bool is_inside = offset <= elf_.sections[symbol.section].size;
    const bool is_far = cpu_ == Cpu::Arm64 && (reloc.addend >= kAddendLimit || reloc.addend < -kAddendLimit);
    // Start-up functions are named one by one, so that the linker can make offsets of them.
    const uint32_t type = pieces_[site.section].plan.flags & SECTION_TYPE;
    const bool is_start = type == S_MOD_INIT_FUNC_POINTERS || type == S_MOD_TERM_FUNC_POINTERS;
    if (is_inside && (is_literal(pieces_[symbol.section].plan) || is_far || is_start))
      return {label_at(symbol.section, offset), -bias};
  }
  return {symbol_of(reloc.symbol, &site), reloc.addend};
}

// ---- forms

void Translator::translate_address(const Site& site) {
  const Target target = target_of(site, 0);
  if (!target.symbol.is_valid()) return;
  write_number(site, static_cast<uint64_t>(target.addend));
  assembler_.add_reloc(place_of(site).section, record_for(site, target.symbol));
}

void Translator::translate_distance(const Site& site) {
  if (cpu_ != Cpu::Arm64 && site.row->is_relative) return translate_x86_distance(site);
  const Target target = target_of(site, 0);
  if (!target.symbol.is_valid()) return;
  // What is subtracted is the place, which has no symbol: the piece's label has one.
  add_pair(site, target.symbol, pieces_[site.section].label, target.addend - static_cast<int64_t>(site.reloc->offset));
}

void Translator::translate_x86_distance(const Site& site) {
  constexpr int64_t kToEnd = 4;
  const Target target = target_of(site, kToEnd);
  if (target.symbol.is_valid()) add_x86_distance(site, target.symbol, target.addend);
}

void Translator::add_x86_distance(const Site& site, SymbolRef symbol, int64_t addend) {
  constexpr int64_t kToEnd = 4;
  BuiltReloc record = record_for(site, symbol);
  if (cpu_ == Cpu::I386) {
    // Fields hold what they would if the object stood at its own addresses.
    assembler_.add_distance(place_of(site), 4, {}, addend);
  } else {
    write_number(site, static_cast<uint64_t>(addend + kToEnd));
    const bool is_code = is_in_code(site) && has_room(site, 3, 4);
    const uint8_t* before = field(site) - (is_code ? 3 : 0);
    // Old assemblers mark calls and jumps as they do data.
    if (is_code && site.row->form == Form::Distance && (before[2] == 0xe8 || before[2] == 0xe9))
      record.type = kBranchX86_64;
    if (is_code && site.row->form == Form::SlotLoad && before[1] == 0x8b) record.type = kSlotLoadRecordX86_64;
  }
  assembler_.add_reloc(place_of(site).section, record);
}

void Translator::add_pair(const Site& site, SymbolRef minuend, SymbolRef subtrahend, int64_t addend) {
  if (cpu_ == Cpu::I386) {
    // Records name places of the object, not symbols.
    const ObjectPlace target = assembler_.symbol(minuend).place;
    if (!target.is_valid()) return refuse(site, kNoForeignDistance);
    return assembler_.add_difference(place_of(site), target, assembler_.symbol(subtrahend).place, addend);
  }
  write_number(site, static_cast<uint64_t>(addend));
  BuiltReloc record = record_for(site, subtrahend);
  record.is_relative = false;
  record.type = subtractor_record(cpu_);
  assembler_.add_reloc(place_of(site).section, record);
  record.symbol = minuend;
  record.type = kUnsignedRecord;
  assembler_.add_reloc(place_of(site).section, record);
}

void Translator::translate_instruction(const Site& site) {
  const Target target = target_of(site, 0);
  if (!target.symbol.is_valid()) return;
  const bool is_slot = site.row->record == kGotPageArm64 || site.row->record == kGotPageOffsetArm64;
  if (target.addend >= kAddendLimit || target.addend < -kAddendLimit || (is_slot && target.addend != 0))
    return refuse(site, fmt::format("Mach-O has no room for the addend {:#x}", target.addend));
  if (target.addend != 0) {
    BuiltReloc record = record_for(site, {});
    record.type = kAddendRecordArm64;
    record.is_relative = false;
    record.number = static_cast<uint32_t>(target.addend) & 0xffffff;
    assembler_.add_reloc(place_of(site).section, record);
  }
  assembler_.add_reloc(place_of(site).section, record_for(site, target.symbol));
}

void Translator::translate_size(const Site& site) {
  const ElfSymbol& symbol = symbol_at(site);
  if (symbol.place == SymbolPlace::Undefined)
    return refuse(site, "the size of another file's symbol is not known in Mach-O; put it into a variable there");
  write_number(site, symbol.size + static_cast<uint64_t>(site.reloc->addend));
}

}  // namespace xld::elf_to_macho
