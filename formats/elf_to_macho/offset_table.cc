// Position-independent code of i386. See translator.h.
//
// ELF code loads the address of a global offset table into a register and counts from there. Mach-O has no such table:
// a word of the object's own takes its place, and what is counted from it becomes a distance between two places of the
// object, for which i386 has records. System V psABI of i386 §4.4; <mach-o/reloc.h>, GENERIC_RELOC_SECTDIFF.
#include <fmt/core.h>

#include "arch/x86.h"
#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

ObjectPlace Translator::append_word() {
  return assembler_.append(assembler_.section("__DATA", "__data", S_REGULAR), {}, word_size(), word_size());
}

SymbolRef Translator::offset_table() {
  if (offset_table_.is_valid()) return offset_table_;
  BuiltSymbol built;
  built.name = "L_offset_table";
  built.place = append_word();
  return offset_table_ = assembler_.add_symbol(std::move(built));
}

// Objects of 32 bits bring the words along that linkers make for those of 64: a slot, or, for what has no name that a
// slot could go by, a word of data.
ObjectPlace Translator::word_of(SymbolRef symbol) {
  ObjectPlace& known = words_[symbol.index];
  if (known.is_valid()) return known;
  if (assembler_.symbol(symbol).type & N_EXT) return known = assembler_.add_slot(symbol, word_size());
  BuiltSymbol label;
  label.name = fmt::format("L{}$word", assembler_.symbol(symbol).name);
  label.place = append_word();
  assembler_.add_reloc(label.place.section, record_at(label.place.offset, symbol, kUnsignedRecord, false));
  known = label.place;
  assembler_.add_symbol(std::move(label));
  return known;
}

// A field that says how far behind the table the symbol's word is.
void Translator::add_word_offset(ObjectPlace field, SymbolRef symbol) {
  const ObjectPlace table = assembler_.symbol(offset_table()).place;  // both may be made here: the table comes first
  assembler_.add_difference(field, word_of(symbol), table, 0);
}

// An address of 32 bits, of a place that need not have a symbol.
void Translator::add_address_of(ObjectPlace field, ObjectPlace target) {
  BuiltReloc record = record_at(field.offset, {}, kUnsignedRecord, false);
  record.number = ObjectAssembler::section_number(target);
  assembler_.add_reloc(field.section, record);
  assembler_.add_address(field, 4, target, 0);
}

// add $_GLOBAL_OFFSET_TABLE_, %ebx
void Translator::translate_table_distance(const Site& site) {
  add_x86_distance(site, offset_table(), site.reloc->addend);
}

// x@GOTOFF(%ebx). The distance to what another file defines has no record: lea becomes a load of its slot.
void Translator::translate_table_offset(const Site& site) {
  const Target target = target_of(site, 0);
  if (!target.symbol.is_valid()) return;
  const bool is_own = assembler_.symbol(target.symbol).place.is_valid();
  const bool is_lea = is_in_code(site) && has_room(site, 2, 4) && field(site)[-2] == x86::kLoadAddress &&
                      x86::is_base_and_displacement(field(site)[-1]) && target.addend == 0;
  if (is_own || !is_lea) return add_pair(site, target.symbol, offset_table(), target.addend);
  field(site)[-2] = x86::kMove;
  add_word_offset(place_of(site), target.symbol);
}

// x@GOT(%ebx), or x@GOT without a register: the slot's address.
void Translator::translate_table_slot(const Site& site) {
  if (site.reloc->addend != 0) return refuse(site, "has an addend, for which there is no room");
  const Target target = target_of(site, 0);
  if (!target.symbol.is_valid()) return;
  const bool is_address = is_in_code(site) && has_room(site, 1, 4) && x86::is_displacement_only(field(site)[-1]);
  if (is_address) return add_address_of(place_of(site), word_of(target.symbol));
  add_word_offset(place_of(site), target.symbol);
}

}  // namespace xld::elf_to_macho
