// See slot_chunks.h. <mach-o/loader.h>, S_NON_LAZY_SYMBOL_POINTERS and "indirect symbol table".
#include "formats/macho/slot_chunks.h"

#include "formats/macho/macho.h"
#include "formats/slot_values.h"

namespace xld::macho {

void GotChunk::write(MutableBytes out) const {
  for (const Slot& slot : link_.slots.slots)
    write_field(link_.arch->address_field, out.data() + size_t{slot.word} * link_.arch->word_size,
                slot_value(link_, slot));
}

void IndirectSymbolsChunk::write(MutableBytes out) const {
  for (const Slot& slot : link_.slots.slots) {
    const SlotOwner& owner = link_.slots.owners[slot.owner];
    const bool is_absolute = owner.symbol.is_valid() && link_.symbols.has(owner.symbol, symbol_flag::kAbsolute);
    store<uint32_t>(out.data() + size_t{slot.word} * 4,
                    INDIRECT_SYMBOL_LOCAL | (is_absolute ? INDIRECT_SYMBOL_ABS : 0));
  }
}

}  // namespace xld::macho
