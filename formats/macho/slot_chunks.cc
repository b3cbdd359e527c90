// See slot_chunks.h. <mach-o/loader.h>, S_NON_LAZY_SYMBOL_POINTERS, S_SYMBOL_STUBS and "indirect symbol table".
#include "formats/macho/slot_chunks.h"

#include "formats/macho/fixups.h"
#include "formats/macho/macho.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

// A definition of our own that another image may override: ours until then.
uint64_t value_before_binding(const Link& link, const SlotOwner& owner) {
  const bool is_own = owner.symbol.is_valid() && !link.symbols.has(owner.symbol, symbol_flag::kImported);
  return is_own ? own_address(link, owner) : 0;
}

}  // namespace

void GotChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  const uint8_t word_size = link_.arch->word_size;
  for (const Slot& slot : slots.slots) {
    const uint64_t value = slot.kind == SlotKind::Imported ? value_before_binding(link_, slots.owners[slot.owner])
                                                           : slot_value(link_, slot);
    write_field(link_.arch->address_field, out.data() + size_t{slot.word} * word_size, value);
  }
  for (const Stub& stub : slots.stubs) {
    if (!stub.uses_lazy_table) continue;
    write_field(link_.arch->address_field, out.data() + size_t{slots.got_words + stub.slot_word} * word_size,
                value_before_binding(link_, slots.owners[stub.owner]));
  }
  if (state_of(link_).features.has_chained_fixups) write_chained_words(link_, address, out);
}

void PointersChunk::write(MutableBytes out) const {
  if (state_of(link_).features.has_chained_fixups) write_chained_words(link_, address, out);
}

void StubChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  for (size_t i = 0; i < slots.stubs.size(); i++)
    link_.arch->write_stub(out.subspan(i * slots.stub_size, slots.stub_size),
                           slots.stub_address(static_cast<uint32_t>(i)), slots.stub_slot_address(slots.stubs[i]), 0,
                           false);
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
  for (const Slot& slot : slots.slots) put(first_pointer() + slot.word, slot.owner);
  for (const Stub& stub : slots.stubs)
    if (stub.uses_lazy_table) put(first_pointer() + slots.got_words + stub.slot_word, stub.owner);
  for (size_t i = 0; i < slots.pointers.size(); i++)
    store<uint32_t>(out.data() + (first_named_pointer() + i) * 4, entry_for(slots.pointers[i].import));
}

}  // namespace xld::macho
