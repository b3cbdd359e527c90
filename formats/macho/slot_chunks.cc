// See slot_chunks.h. <mach-o/loader.h>, S_NON_LAZY_SYMBOL_POINTERS, S_SYMBOL_STUBS and "indirect symbol table".
#include "formats/macho/slot_chunks.h"

#include "formats/macho/fixups.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/slot_values.h"

namespace xld::macho {

uint64_t value_before_binding(const Link& link, const SlotOwner& owner) {
  const bool is_own = owner.symbol.is_valid() && !link.symbols.has(owner.symbol, symbol_flag::kImported);
  return is_own ? own_address(link, owner) : 0;
}

uint32_t got_word_count(const Link& link) {
  return plain_pointer_count(link) + (state_of(link).features.has_lazy_pointers ? 0 : link.slots.stub_words);
}

namespace {

void write_slot(const Link& link, const Slot& slot, uint8_t* place) {
  const SlotOwner& owner = link.slots.owners[slot.owner];
  const uint64_t value = slot.kind == SlotKind::Imported ? value_before_binding(link, owner) : slot_value(link, slot);
  write_field(link.arch->address_field, place, value);
}

}  // namespace

void GotChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  const Features& features = state_of(link_).features;
  for (const Slot& slot : slots.slots)
    if (slot.word < slots.first_apart) write_slot(link_, slot, out.data() + (slots.word_address(slot.word) - address));
  for (const Stub& stub : slots.stubs) {
    if (!stub.uses_lazy_table || features.has_lazy_pointers) continue;
    write_field(link_.arch->address_field, out.data() + (slots.stub_slot_address(stub) - address),
                value_before_binding(link_, slots.owners[stub.owner]));
  }
  if (features.has_chained_fixups) write_chained_words(link_, address, out);
}

void ThreadPointersChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  for (const Slot& slot : slots.slots)
    if (slot.word >= slots.first_apart) write_slot(link_, slot, out.data() + (slots.word_address(slot.word) - address));
  if (state_of(link_).features.has_chained_fixups) write_chained_words(link_, address, out);
}

namespace {

// i386 libraries: callers keep no register for a table, so a stub finds out where it is.
void write_moving_stub(MutableBytes code, uint64_t address, uint64_t slot) {
  static constexpr uint8_t kCode[] = {0xe8, 0,    0, 0, 0,     //    calll 1f
                                      0x58,                    // 1: popl  %eax
                                      0x8b, 0x80, 0, 0, 0, 0,  //    movl  slot-1b(%eax), %eax
                                      0xff, 0xe0};             //    jmpl  *%eax
  constexpr uint32_t kPop = 5, kDistance = 8;
  std::fill(code.begin(), code.end(), uint8_t{0x90});
  std::copy(std::begin(kCode), std::end(kCode), code.begin());
  store(code.data() + kDistance, static_cast<uint32_t>(slot - (address + kPop)));
}

}  // namespace

void PointersChunk::write(MutableBytes out) const {
  if (state_of(link_).features.has_chained_fixups) write_chained_words(link_, address, out);
}

void StubChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  const bool finds_itself = link_.target().cpu == Cpu::I386 && is_position_independent(link_.target().output);
  for (size_t i = 0; finds_itself && i < slots.stubs.size(); i++)
    write_moving_stub(out.subspan(i * slots.stub_size, slots.stub_size), slots.stub_address(static_cast<uint32_t>(i)),
                      slots.stub_slot_address(slots.stubs[i]));
  const auto write_stub = has_bare_stubs(link_) ? link_.arch->write_jump : link_.arch->write_stub;
  for (size_t i = 0; !finds_itself && i < slots.stubs.size(); i++)
    write_stub(out.subspan(i * slots.stub_size, slots.stub_size), slots.stub_address(static_cast<uint32_t>(i)),
               slots.stub_slot_address(slots.stubs[i]), 0, false);
}

uint32_t IndirectSymbolsChunk::entry_for(SymbolId symbol) const {
  if (!symbol.is_valid()) return INDIRECT_SYMBOL_LOCAL;
  if (link_.symbols.has(symbol, symbol_flag::kOutOfReach)) {
    if (const auto index = state_of(link_).symbol_table->index_of(symbol)) return *index;
  }
  return INDIRECT_SYMBOL_LOCAL | (link_.symbols.has(symbol, symbol_flag::kAbsolute) ? INDIRECT_SYMBOL_ABS : 0);
}

void IndirectSymbolsChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  const auto put = [&](size_t position, uint32_t owner) {
    store<uint32_t>(out.data() + position * 4, entry_for(slots.owners[owner].symbol));
  };
  for (size_t i = 0; i < slots.stubs.size(); i++) put(i, slots.stubs[i].owner);
  for (const Slot& slot : slots.slots) {
    const bool is_thread_pointer = slot.word >= slots.first_apart;
    put(is_thread_pointer ? first_thread_pointer() + (slot.word - slots.first_apart) : first_pointer() + slot.word,
        slot.owner);
  }
  for (const Stub& stub : slots.stubs)
    if (stub.uses_lazy_table) put(first_stub_pointer() + stub.slot_word, stub.owner);
  for (size_t i = 0; i < slots.pointers.size(); i++)
    store<uint32_t>(out.data() + (first_named_pointer() + i) * 4, entry_for(slots.pointers[i].import));
}

// ---- -r

namespace {

bool has_entries(uint32_t type) {
  return type == S_NON_LAZY_SYMBOL_POINTERS || type == S_LAZY_SYMBOL_POINTERS || type == S_SYMBOL_STUBS ||
         type == S_THREAD_LOCAL_VARIABLE_POINTERS;
}

const InputSection& section_of_atom(const Link& link, AtomId id) {
  const MachoObject& object = object_of(link.inputs.file(link.atom(id).file));
  return object.sections[object.subsections[link.atom(id).raw].section];
}

}  // namespace

KeptIndirectSymbolsChunk::KeptIndirectSymbolsChunk(const Link& link) : link_(link) {
  alignment = 4;
  for (const OutputSection& section : link.layout.sections)
    if (has_entries(section.type))
      for (const AtomId id : section.atoms) count_ += entry_count(id);
}

uint32_t KeptIndirectSymbolsChunk::entry_count(AtomId id) const {
  const InputSection& section = section_of_atom(link_, id);
  const uint32_t size = section.type() == S_SYMBOL_STUBS ? section.reserved2 : link_.target().word_size;
  return size == 0 ? 0 : static_cast<uint32_t>(section.size / size);
}

uint32_t KeptIndirectSymbolsChunk::first_of(const OutputSection& wanted) const {
  uint32_t first = 0;
  for (const OutputSection& section : link_.layout.sections) {
    if (!has_entries(section.type)) continue;
    if (&section == &wanted) return first;
    for (const AtomId id : section.atoms) first += entry_count(id);
  }
  return 0;
}

uint32_t KeptIndirectSymbolsChunk::entry_for(const InputFile& file, uint64_t row) const {
  const auto symbol = xld::read<uint32_t>(object_of(file).indirect_symbols, row * 4);
  if (!symbol) return INDIRECT_SYMBOL_LOCAL;
  if (*symbol & (INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL_ABS)) return *symbol;
  return state_of(link_).symbol_table->row_of(file, *symbol).value_or(INDIRECT_SYMBOL_LOCAL);
}

void KeptIndirectSymbolsChunk::write(MutableBytes out) const {
  uint8_t* place = out.data();
  for (const OutputSection& section : link_.layout.sections) {
    if (!has_entries(section.type)) continue;
    for (const AtomId id : section.atoms) {
      const InputFile& file = link_.inputs.file(link_.atom(id).file);
      for (uint32_t i = 0; i < entry_count(id); i++, place += 4)
        store(place, entry_for(file, uint64_t{section_of_atom(link_, id).reserved1} + i));
    }
  }
}

}  // namespace xld::macho
