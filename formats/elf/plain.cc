// Plain relocations, applied without being decoded: 98 of 100 ask for S + A or S + A - P of something that has one
// address whatever refers to it. docs/decisions/0011-plain-path.md says what that buys.
//
// Each file gets a table with the address of each of its symbols, made once with all its symbols read in order;
// applying a relocation is then one load of the record, one of the table, one store. What is not plain has no address
// in the table (kNotPlain) or no row in plain_form(), and is left to the general path, as is whatever does not fit its
// field: that path has the messages. Debug information refers to merged strings by the section and an addend that says
// which one: such symbols have an entry that names the atom (kMerged). Functions that others may replace have one that
// branches know (kHasStub). Words that the loader adds the load address to are plain as well (AddressForm::Relative).
#include "formats/elf/plain.h"

#include <optional>

#include "arch/field.h"
#include "formats/elf/object.h"
#include "formats/elf/relocs.h"

namespace xld::elf {

namespace {

// Entries of the table that are no addresses share an upper half in the middle of nowhere; the lower half is a number,
// and what of is told by the two bits between them.
constexpr uint64_t kSpecial = 0x8badf00c'00000000;
constexpr uint64_t kNumberMask = UINT32_MAX;
constexpr uint64_t kNotPlain = kSpecial;
constexpr uint64_t kMerged = kSpecial | uint64_t{1} << 32;   // an atom
constexpr uint64_t kHasStub = kSpecial | uint64_t{2} << 32;  // a symbol that only branches may take for its stub

constexpr bool is_special(uint64_t entry) {
  return (entry & ~(uint64_t{3} << 32 | kNumberMask)) == kSpecial;
}

// No program has anything there, but a symbol may have any value.
constexpr uint64_t entry_for(uint64_t address) {
  return is_special(address) ? kNotPlain : address;
}

// A word with an absolute value is no fixup where all others are.
uint64_t absolute_entry(const Link& link, uint64_t value) {
  return is_position_independent(link.target().output) ? kNotPlain : entry_for(value);
}

bool is_plain_atom(const Link& link, AtomId id) {
  // Debug information does not describe a folded function at its leader's address: the general path knows.
  constexpr uint32_t kUnusual = atom_flag::kFolded | atom_flag::kThreadLocal;
  return id.is_valid() && id != kDiscardedAtom && link.is_live[id.value] && !link.atom(id).has(kUnusual);
}

template <class E>
uint64_t local_address(const Link& link, const ElfObject& object, uint32_t index) {
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (section == kAbsoluteSection) return absolute_entry(link, symbol.value);
  if (section >= object.section_count || type_of(symbol.info) == STT_GNU_IFUNC) return kNotPlain;
  const AtomId id = object.atom_of[section];
  if (!is_plain_atom(link, id)) return kNotPlain;
  const Atom& atom = link.atom(id);
  if (atom.has(atom_flag::kMerge) && type_of(symbol.info) == STT_SECTION)
    return symbol.value == 0 ? kMerged | id.value : kNotPlain;
  return entry_for(link.address_of(atom, symbol.value));
}

// Before there are addresses: the atom with a local symbol, if the symbol is a place in it.
template <class E>
AtomId local_target(const ElfObject& object, uint32_t index) {
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (section >= object.section_count || type_of(symbol.info) == STT_GNU_IFUNC) return AtomId();
  const AtomId id = object.atom_of[section];
  return id == kDiscardedAtom ? AtomId() : id;
}

uint64_t global_entry(const Link& link, SymbolId id) {
  const uint32_t flags = link.symbols.flags(id);
  if ((flags & symbol_flag::kResolver) || link.is_runtime_slot(id)) return kNotPlain;
  if (flags & symbol_flag::kOutOfReach) return flags & symbol_flag::kNeedsStub ? kHasStub | id.value : kNotPlain;
  if (!(flags & symbol_flag::kDefined)) return kNotPlain;
  const uint64_t address = link.symbol_addresses[id.value];
  const AtomId atom = link.symbols.atom(id);
  if (!atom.is_valid() || (flags & symbol_flag::kAbsolute)) return absolute_entry(link, address);
  return is_plain_atom(link, atom) ? entry_for(address) : kNotPlain;
}

template <class E>
void tabulate(const Link& link, InputFile& file, std::span<uint64_t> addresses) {
  const ElfObject& object = object_of(file);
  if (!addresses.empty()) addresses[0] = absolute_entry(link, 0);
  for (uint32_t i = 1; i < object.first_global; i++) addresses[i] = local_address<E>(link, object, i);
  for (size_t i = 0; i < file.globals.size(); i++)
    addresses[object.first_global + i] = global_entry(link, file.globals[i]);
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
  bool is_branch = false;  // a stub does as well
};

constexpr PlainForm form_of(const RelocMeaning& meaning) {
  const bool is_address = meaning.want == Want::Address || meaning.want == Want::Stub;
  const bool is_plain = is_address && (meaning.from == From::Nothing || meaning.from == From::Place);
  const bool is_distance = meaning.from == From::Place;
  return is_plain ? PlainForm{meaning.field, is_distance, is_distance && meaning.want == Want::Stub} : PlainForm{};
}

// What a branch to a function that others may replace needs is a stub, which one of them asks for.
constexpr bool needs_nothing_more(uint32_t symbol, PlainForm form) {
  constexpr uint32_t kFacts = symbol_flag::kPlaceFacts | symbol_flag::kBrackets;
  if ((symbol & kFacts) == symbol_flag::kDefined) return true;
  return form.is_branch && (symbol & symbol_flag::kNeedsStub) &&
         (symbol & kFacts) == (symbol_flag::kDefined | symbol_flag::kPreemptible);
}

template <class E, class Record, bool kCollects>
uint32_t pass_over_records(const Link& link, const InputFile& file, const Atom& atom, RelocCursor cursor,
                           ReachedAtoms* reached) {
  const RelocTable& table = reloc_table(link.target().cpu);
  const ElfObject& object = object_of(file);
  for (; cursor.next < cursor.end; cursor.next++) {
    const auto record = load<Record>(atom.relocs + size_t{cursor.next} * sizeof(Record));
    if (record.type() >= table.size()) break;
    const PlainForm form = form_of(table[record.type()]);
    if (!form.is_distance || record.offset > atom.size || size_of(form.field) > atom.size - record.offset) break;
    const uint32_t index = record.symbol();
    AtomId target;
    if (index < object.first_global) {
      target = local_target<E>(object, index);
      if (!target.is_valid()) break;
    } else {
      if (index - object.first_global >= file.globals.size()) break;
      const SymbolId symbol = file.globals[index - object.first_global];
      if (!needs_nothing_more(link.symbols.flags(symbol), form)) break;
      if constexpr (kCollects) target = link.symbols.atom(symbol);
    }
    if constexpr (kCollects) {
      if (reached->is_full()) break;
      if (target.is_valid()) reached->ids[reached->count++] = target;
    }
  }
  return cursor.next;
}

// What a loop over an atom's records is made for.
template <class E, class Record>
struct RecordForm {};

template <class Visit>
uint32_t visit_records(const Link& link, const Atom& atom, Visit visit) {
  const bool is_rel = atom.has(atom_flag::kImplicitAddends);
  if (link.target().word_size == 8)
    return is_rel ? visit(RecordForm<Elf64, Elf64::Rel>()) : visit(RecordForm<Elf64, Elf64::Rela>());
  return is_rel ? visit(RecordForm<Elf32, Elf32::Rel>()) : visit(RecordForm<Elf32, Elf32::Rela>());
}

uint32_t pass_over(const Link& link, const InputFile& file, const Atom& atom, RelocCursor cursor,
                   ReachedAtoms* reached) {
  if (!atom.data) return cursor.next;
  return visit_records(link, atom, [&]<class E, class Record>(RecordForm<E, Record>) {
    return reached ? pass_over_records<E, Record, true>(link, file, atom, cursor, reached)
                   : pass_over_records<E, Record, false>(link, file, atom, cursor, nullptr);
  });
}

// What the special entry and the addend stand for; none: the general path knows.
std::optional<uint64_t> special_value(const Link& link, uint64_t entry, uint64_t addend, PlainForm form) {
  const auto number = static_cast<uint32_t>(entry & kNumberMask);
  switch (entry & ~kNumberMask) {
    case kMerged:
      if (form.is_distance) return std::nullopt;  // the addend counts the rest of the instruction, too
      return link.address_of(link.atom(AtomId{number}), addend);
    case kHasStub:
      if (!form.is_branch) return std::nullopt;
      return link.symbol_addresses[number] + addend;
    default:
      return std::nullopt;
  }
}

// What all relocations of an atom have in common.
struct Place {
  MutableBytes out;
  uint64_t address = 0;
  uint32_t begin = 0;
  uint8_t fixup_size = 0;  // of the only fields that may hold an address, and are told to the loader then; 0: all may
  bool packs_fixups = false;

  Place(const Link& link, const Atom& atom, const PlainPart& part)
      : out(part.out), address(part.address), begin(part.begin) {
    if (!is_position_independent(link.target().output) || !atom.has(atom_flag::kAllocated)) return;
    // Only what the walk has counted has a place among Link::fixups.
    const bool has_fixups = !link.fixup_counts.empty() && link.fixup_counts[link.id_of(atom).value].all != 0;
    fixup_size = has_fixups ? static_cast<uint8_t>(link.target().word_size) : UINT8_MAX;
    packs_fixups = link.packs_fixups && atom.alignment() >= fixup_size;
  }
};

template <class E, class Record>
uint32_t apply_records(const Link& link, const InputFile& file, const Atom& atom, const Place& place,
                       RelocCursor cursor, LoadFixup*& fixup) {
  const RelocTable& table = reloc_table(link.target().cpu);
  const std::span<const uint64_t> entries = file.symbol_addresses;
  for (; cursor.next < cursor.end; cursor.next++) {
    const auto record = load<Record>(atom.relocs + size_t{cursor.next} * sizeof(Record));
    if (record.type() >= table.size() || record.symbol() >= entries.size()) break;
    const PlainForm form = form_of(table[record.type()]);
    const bool is_fixup = !form.is_distance && place.fixup_size != 0;
    if (form.field == Field::None || (is_fixup && size_of(form.field) != place.fixup_size)) break;
    const uint64_t offset = uint64_t{record.offset} - place.begin;
    if (offset > place.out.size() || size_of(form.field) > place.out.size() - offset) break;
    uint8_t* field = place.out.data() + offset;
    uint64_t addend = 0;
    if constexpr (requires { record.addend; }) {
      addend = static_cast<uint64_t>(int64_t{record.addend});
    } else {
      addend = static_cast<uint64_t>(read_field(form.field, field));
    }
    const uint64_t entry = entries[record.symbol()];
    uint64_t value = entry + addend;
    if (is_special(entry)) {
      const auto found = special_value(link, entry, addend, form);
      if (!found) break;
      value = *found;
    }
    if (form.is_distance) value -= place.address + offset;
    if (!fits(form.field, value)) break;
    write_field(form.field, field, value);
    if (is_fixup) {
      const bool is_packed = place.packs_fixups && record.offset % place.fixup_size == 0;
      *fixup++ = {place.address + offset, value, SymbolId(), LoadFixupKind::Word, is_packed};
    }
  }
  return cursor.next;
}

uint32_t apply(const Link& link, const InputFile& file, const Atom& atom, const PlainPart& part, RelocCursor cursor,
               LoadFixup*& fixup) {
  if (cursor.end > atom.reloc_count) cursor.end = atom.reloc_count;
  const Place place(link, atom, part);
  return visit_records(link, atom, [&]<class E, class Record>(RecordForm<E, Record>) {
    return apply_records<E, Record>(link, file, atom, place, cursor, fixup);
  });
}

}  // namespace

const PlainPath kPlainPath = {.pass_over = pass_over, .prepare = prepare, .apply = apply};

}  // namespace xld::elf
