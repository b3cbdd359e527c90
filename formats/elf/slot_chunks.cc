// See slot_chunks.h. x86-64 psABI §5.2 and i386 psABI §5.2; IRELATIVE as in the GNU IFUNC proposal.
#include "formats/elf/slot_chunks.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/notes.h"
#include "formats/elf/relocs.h"
#include "formats/elf/state.h"
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

bool claims_branch_tracking(const Link& link) {
  for (const Property& property : merge_properties(link))
    if (property.type == GNU_PROPERTY_X86_FEATURE_1_AND && (property.value & GNU_PROPERTY_X86_FEATURE_1_IBT) != 0)
      return true;
  return false;
}

}  // namespace

StubForm choose_stub_form(const Link& link) {
  if (link.options().dynamic.stubs_avoid_prediction) return StubForm::Guarded;
  if (link.options().dynamic.stubs_track_branches || claims_branch_tracking(link)) return StubForm::Tracked;
  const bool binds_late = has_loader(link.target().output) && !link.options().dynamic.bind_now;
  return binds_late ? StubForm::Binding : StubForm::Plain;
}

StubCode stub_code(const Arch& arch, StubForm form) {
  constexpr uint32_t kPlainSize = 8;  // what binutils knows by sight
  switch (form) {
    case StubForm::Tracked:
      return {arch.stub_size, arch.stub_size, arch.write_stub, arch.lazy_header_size, arch.write_lazy_header};
    case StubForm::Guarded:
      return {arch.guarded_size, arch.guarded_size, arch.write_guarded_jump, arch.guarded_header_size,
              arch.write_guarded_header};
    case StubForm::Binding:
      return {uint32_t{arch.jump_size} + arch.binding_size, arch.jump_size, arch.write_jump, arch.lazy_header_size,
              arch.write_lazy_header};
    case StubForm::Plain:
      break;
  }
  return {kPlainSize, arch.jump_size, arch.write_jump, arch.lazy_header_size, arch.write_lazy_header};
}

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
  if (const OutputSection* dynamic = find_section(link_, ".dynamic")) store_word(link_, out.data(), dynamic->address);
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
  if (state_of(link_).stub_form == StubForm::Binding)
    return link_.slots.stub_address(static_cast<uint32_t>(&stub - link_.slots.stubs.data())) + link_.arch->jump_size;
  return link_.slots.lazy_address + state_of(link_).lazy_stubs->entry_offset(stub.slot_word);
}

void StubsChunk::write(MutableBytes out) const {
  for (uint32_t i = 0; i < link_.slots.stubs.size(); i++) {
    const uint32_t size = link_.slots.stub_size;
    write_stub(link_.slots.stubs[i], link_.slots.stub_address(i), out.subspan(size_t{i} * size, size));
  }
}

void StubsChunk::write_stub(const Stub& stub, uint64_t stub_address, MutableBytes code) const {
  const Arch& arch = *link_.arch;
  const StubForm form = state_of(link_).stub_form;
  const StubCode shape = stub_code(arch, form);
  shape.write_jump(code, stub_address, link_.slots.stub_slot_address(stub), link_.slots.got_base,
                   is_position_independent(link_.target().output));
  const MutableBytes rest = code.subspan(shape.jump_size);
  if (rest.empty()) return;
  if (form == StubForm::Binding && stub.is_import && stub.uses_lazy_table) {
    arch.write_binding(rest, stub_address + shape.jump_size, link_.slots.lazy_address, stub.slot_word);
  } else {
    arch.fill_padding(rest);
  }
}

uint64_t LazyStubsChunk::entry_count() const {
  return state_of(link_).stub_form == StubForm::Binding ? 0 : link_.slots.import_words;
}

uint64_t LazyStubsChunk::entry_offset(uint64_t index) const {
  return stub_code(*link_.arch, state_of(link_).stub_form).header_size + index * link_.arch->lazy_entry_size;
}

void LazyStubsChunk::write(MutableBytes out) const {
  const Arch& arch = *link_.arch;
  const uint64_t header = link_.slots.lazy_address;
  stub_code(arch, state_of(link_).stub_form)
      .write_header(out.first(entry_offset(0)), header, link_.slots.got_base,
                    is_position_independent(link_.target().output));
  for (uint32_t i = 0; i < entry_count(); i++) {
    const uint64_t offset = entry_offset(i);
    arch.write_lazy_entry(out.subspan(offset, arch.lazy_entry_size), header + offset, header, i);
  }
}

}  // namespace xld::elf
