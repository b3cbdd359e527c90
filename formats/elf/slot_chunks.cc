// See slot_chunks.h. x86-64 psABI §5.2 and i386 psABI §5.2; IRELATIVE as in the GNU IFUNC proposal.
#include "formats/elf/slot_chunks.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/relocs.h"
#include "formats/slot_values.h"

namespace xld::elf {

namespace {

void store_word(const Link& link, uint8_t* place, uint64_t value) {
  write_field(link.arch->address_field, place, value);
}

// The executable is module 1 by definition, so its pairs are constants; the loader knows a library's number. The offset
// of a variable of this module is known in any case.
void write_tls_pair(const Link& link, const Slot& slot, uint8_t* place) {
  const bool is_library = link.target().output == OutputKind::SharedLibrary;
  const SlotOwner* owner = slot.kind == SlotKind::TlsPair ? &link.slots.owners[slot.owner] : nullptr;
  if (owner && owner->symbol.is_valid() && link.symbols.has(owner->symbol, symbol_flag::kOutOfReach)) return;
  store_word(link, place, is_library ? 0 : 1);
  if (owner) store_word(link, place + link.arch->word_size, own_address(link, *owner) - link.layout.tls_address);
}

// RELA has the addend in the record.
void write_tls_descriptor(const Link& link, const Slot& slot, uint8_t* place) {
  if (!dynamic_reloc_types(link.target().cpu).has_addend)
    store_word(link, place + link.arch->word_size, slot_value(link, slot));
}

}  // namespace

void GotChunk::write(MutableBytes out) const {
  for (const Slot& slot : link_.slots.slots) {
    uint8_t* place = out.data() + size_t{slot.word} * link_.arch->word_size;
    if (slot.kind == SlotKind::TlsPair || slot.kind == SlotKind::TlsModule) {
      write_tls_pair(link_, slot, place);
    } else if (slot.kind == SlotKind::TlsDescriptor) {
      write_tls_descriptor(link_, slot, place);
    } else {
      store_word(link_, place, slot_value(link_, slot));
    }
  }
}

void StubTableChunk::write(MutableBytes out) const {
  for (const OutputSection& section : link_.layout.sections)
    if (section.name == ".dynamic") store_word(link_, out.data(), section.address);
  // An import's word leads to the code that has the loader find it. i386: the addend of an IRELATIVE relocation is what
  // the word holds.
  for (const Stub& stub : link_.slots.stubs) {
    if (!stub.uses_lazy_table) continue;
    const uint64_t value = stub.is_import ? lazy_entry(stub) : own_address(link_, link_.slots.owners[stub.owner]);
    store_word(link_, out.data() + size_t{kReservedWords + stub.slot_word} * link_.arch->word_size, value);
  }
}

uint64_t StubTableChunk::lazy_entry(const Stub& stub) const {
  if (link_.slots.lazy_address == 0) return 0;
  return link_.slots.lazy_address + link_.arch->lazy_header_size +
         uint64_t{stub.slot_word} * link_.arch->lazy_entry_size;
}

void StubsChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  for (uint32_t i = 0; i < slots.stubs.size(); i++) {
    const MutableBytes code = out.subspan(size_t{i} * link_.arch->stub_size, link_.arch->stub_size);
    link_.arch->write_stub(code, slots.stub_address(i), slots.stub_slot_address(slots.stubs[i]), slots.got_base,
                           is_position_independent(link_.target().output));
  }
}

void LazyStubsChunk::write(MutableBytes out) const {
  const Arch& arch = *link_.arch;
  const uint64_t header = link_.slots.lazy_address;
  arch.write_lazy_header(out.first(arch.lazy_header_size), header, link_.slots.got_base,
                         is_position_independent(link_.target().output));
  for (uint32_t i = 0; i < link_.slots.import_words; i++) {
    const uint64_t offset = arch.lazy_header_size + uint64_t{i} * arch.lazy_entry_size;
    arch.write_lazy_entry(out.subspan(offset, arch.lazy_entry_size), header + offset, header, i);
  }
}

}  // namespace xld::elf
