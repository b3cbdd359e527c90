// Plain relocations, applied without being decoded: 98 of 100 ask for S + A or S + A - P of something that has one
// address whatever refers to it. docs/decisions/0011-plain-path.md says what that buys.
//
// Each file gets a table with the address of each of its symbols, made once with all its symbols read in order;
// applying a relocation is then one load of the record, one of the table, one store. What is not plain has no address
// in the table (kNotPlain) or no row in plain_form(), and is left to the general path, as is whatever does not fit its
// field: that path has the messages. Debug information refers to merged strings by the section and an addend that says
// which one: such symbols have an entry that names the atom (kMerged).
#include "formats/elf/plain.h"

#include "arch/field.h"
#include "formats/elf/object.h"
#include "formats/elf/relocs.h"

namespace xld::elf {

namespace {

// No address of a target: in the middle of nowhere, so that no sum with a small addend meets a real one.
constexpr uint64_t kNotPlain = 0x8badf00d'8badf00d;
// The upper half of what stands for an atom, whose number is the lower half.
constexpr uint64_t kMerged = 0x8badf00e'00000000;

constexpr bool is_merged(uint64_t entry) {
  return (entry & ~uint64_t{UINT32_MAX}) == kMerged;
}

// No program has anything there, but a symbol may have any value.
constexpr uint64_t entry_for(uint64_t address) {
  return is_merged(address) ? kNotPlain : address;
}

bool is_plain_atom(const Link& link, AtomId id) {
  // Debug information does not describe a folded function at its leader's address: the general path knows.
  return id.is_valid() && id != kDiscardedAtom && link.is_live[id.value] && !link.atom(id).has(atom_flag::kFolded);
}

template <class E>
uint64_t local_address(const Link& link, const ElfObject& object, uint32_t index) {
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (section == kAbsoluteSection) return entry_for(symbol.value);
  if (section >= object.section_count || type_of(symbol.info) == STT_GNU_IFUNC) return kNotPlain;
  const AtomId id = object.atom_of[section];
  if (!is_plain_atom(link, id)) return kNotPlain;
  const Atom& atom = link.atom(id);
  if (atom.has(atom_flag::kMerge) && type_of(symbol.info) == STT_SECTION)
    return symbol.value == 0 ? kMerged | id.value : kNotPlain;
  return entry_for(link.address_of(atom, symbol.value));
}

uint64_t global_address(const Link& link, SymbolId id) {
  constexpr uint32_t kFacts = symbol_flag::kDefined | symbol_flag::kResolver | symbol_flag::kOutOfReach;
  if ((link.symbols.flags(id) & kFacts) != symbol_flag::kDefined || link.is_runtime_slot(id)) return kNotPlain;
  const AtomId atom = link.symbols.atom(id);
  return !atom.is_valid() || is_plain_atom(link, atom) ? entry_for(link.symbol_addresses[id.value]) : kNotPlain;
}

template <class E>
void tabulate(const Link& link, InputFile& file, std::span<uint64_t> addresses) {
  const ElfObject& object = object_of(file);
  if (!addresses.empty()) addresses[0] = 0;
  for (uint32_t i = 1; i < object.first_global; i++) addresses[i] = local_address<E>(link, object, i);
  for (size_t i = 0; i < file.globals.size(); i++)
    addresses[object.first_global + i] = global_address(link, file.globals[i]);
}

void prepare(Link& link, InputFile& file, uint32_t worker) {
  const ElfObject& object = object_of(file);
  const std::span<uint64_t> addresses = link.session.arena(worker).allocate_array<uint64_t>(object.symbol_count);
  link.target().word_size == 8 ? tabulate<Elf64>(link, file, addresses) : tabulate<Elf32>(link, file, addresses);
  file.symbol_addresses = addresses;
}

struct PlainForm {
  Field field = Field::None;  // None: not plain
  bool is_distance = false;
};

constexpr PlainForm form_of(const RelocMeaning& meaning) {
  const bool is_address = meaning.want == Want::Address || meaning.want == Want::Stub;
  const bool is_plain = is_address && (meaning.from == From::Nothing || meaning.from == From::Place);
  return is_plain ? PlainForm{meaning.field, meaning.from == From::Place} : PlainForm{};
}

template <class E, class Record>
uint32_t apply_records(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out, uint64_t address,
                       uint32_t begin, RelocCursor cursor) {
  const RelocTable& table = reloc_table(link.target().cpu);
  const std::span<const uint64_t> addresses = file.symbol_addresses;
  // A word that the loader adjusts has to be noted as well.
  const bool takes_addresses = !is_position_independent(link.target().output) || !atom.has(atom_flag::kAllocated);
  for (; cursor.next < cursor.end; cursor.next++) {
    const auto record = load<Record>(atom.relocs + size_t{cursor.next} * sizeof(Record));
    if (record.type() >= table.size() || record.symbol() >= addresses.size()) break;
    const PlainForm form = form_of(table[record.type()]);
    const uint64_t symbol = addresses[record.symbol()];
    if (form.field == Field::None || symbol == kNotPlain || !(form.is_distance || takes_addresses)) break;
    const uint64_t offset = uint64_t{record.offset} - begin;
    if (offset > out.size() || size_of(form.field) > out.size() - offset) break;
    uint8_t* place = out.data() + offset;
    uint64_t addend = 0;
    if constexpr (requires { record.addend; }) {
      addend = static_cast<uint64_t>(int64_t{record.addend});
    } else {
      addend = static_cast<uint64_t>(read_field(form.field, place));
    }
    uint64_t value = symbol + addend;
    if (is_merged(symbol)) {
      if (form.is_distance) break;  // the addend counts the rest of the instruction, too
      value = link.address_of(link.atom(AtomId{static_cast<uint32_t>(symbol)}), addend);
    } else if (form.is_distance) {
      value -= address + offset;
    }
    if (!fits(form.field, value)) break;
    write_field(form.field, place, value);
  }
  return cursor.next;
}

uint32_t apply(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out, uint64_t address,
               uint32_t begin, RelocCursor cursor) {
  if (cursor.end > atom.reloc_count) cursor.end = atom.reloc_count;
  const bool is_rel = atom.has(atom_flag::kImplicitAddends);
  if (link.target().word_size == 8) {
    return is_rel ? apply_records<Elf64, Elf64::Rel>(link, file, atom, out, address, begin, cursor)
                  : apply_records<Elf64, Elf64::Rela>(link, file, atom, out, address, begin, cursor);
  }
  return is_rel ? apply_records<Elf32, Elf32::Rel>(link, file, atom, out, address, begin, cursor)
                : apply_records<Elf32, Elf32::Rela>(link, file, atom, out, address, begin, cursor);
}

}  // namespace

const PlainPath kPlainPath = {.prepare = prepare, .apply = apply};

}  // namespace xld::elf
