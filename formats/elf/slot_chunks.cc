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

// The executable is module 1 by definition, so its pairs are constants.
void write_tls_pair(const Link& link, const Slot& slot, uint8_t* place) {
  store_word(link, place, 1);
  if (slot.kind == SlotKind::TlsPair)
    store_word(link, place + link.arch->word_size,
               own_address(link, link.slots.owners[slot.owner]) - link.layout.tls_address);
}

}  // namespace

void GotChunk::write(MutableBytes out) const {
  for (const Slot& slot : link_.slots.slots) {
    uint8_t* place = out.data() + size_t{slot.word} * link_.arch->word_size;
    if (slot.kind == SlotKind::TlsPair || slot.kind == SlotKind::TlsModule) {
      write_tls_pair(link_, slot, place);
    } else {
      store_word(link_, place, slot_value(link_, slot));
    }
  }
}

void StubTableChunk::write(MutableBytes out) const {
  for (const OutputSection& section : link_.layout.sections)
    if (section.name == ".dynamic") store_word(link_, out.data(), section.address);
  // i386: the addend of an IRELATIVE relocation is what the word holds.
  for (const Stub& stub : link_.slots.stubs) {
    if (!stub.uses_lazy_table) continue;
    const uint64_t value = own_address(link_, link_.slots.owners[stub.owner]);
    store_word(link_, out.data() + size_t{kReservedWords + stub.slot_word} * link_.arch->word_size, value);
  }
}

void StubsChunk::write(MutableBytes out) const {
  const Slots& slots = link_.slots;
  for (uint32_t i = 0; i < slots.stubs.size(); i++) {
    const MutableBytes code = out.subspan(size_t{i} * link_.arch->stub_size, link_.arch->stub_size);
    link_.arch->write_stub(code, slots.stub_address(i), slots.stub_slot_address(slots.stubs[i]), slots.got_base,
                           is_position_independent(link_.target().output));
  }
}

// ---- relocation tables
// -----------------------------------------------------------------------------------------------

uint64_t dynamic_reloc_size(const Link& link) {
  const bool has_addend = dynamic_reloc_types(link.target().cpu).has_addend;
  if (link.target().word_size == 8) return has_addend ? sizeof(Elf64::Rela) : sizeof(Elf64::Rel);
  return has_addend ? sizeof(Elf32::Rela) : sizeof(Elf32::Rel);
}

namespace {

void write_reloc(const Link& link, uint8_t* place, uint64_t address, uint32_t type, uint64_t addend) {
  if (link.target().word_size == 8) {
    store(place, Elf64::Rela{address, Elf64::reloc_info(0, type), static_cast<int64_t>(addend)});
  } else {
    store(place, Elf32::Rel{static_cast<uint32_t>(address), Elf32::reloc_info(0, type)});
  }
}

struct ResolverReloc {
  uint64_t address = 0;
  uint64_t resolver = 0;
};

std::vector<ResolverReloc> resolver_relocs(const Link& link) {
  const Slots& slots = link.slots;
  std::vector<ResolverReloc> relocs;
  for (const Slot& slot : slots.slots)
    if (slot.kind == SlotKind::Resolved)
      relocs.push_back({slots.word_address(slot.word), own_address(link, slots.owners[slot.owner])});
  for (const Stub& stub : slots.stubs)
    if (stub.uses_lazy_table)
      relocs.push_back({slots.stub_slot_address(stub), own_address(link, slots.owners[stub.owner])});
  return relocs;
}

void write_resolver_relocs(const Link& link, MutableBytes out) {
  const uint64_t size = dynamic_reloc_size(link);
  uint8_t* place = out.data();
  for (const ResolverReloc& reloc : resolver_relocs(link)) {
    write_reloc(link, place, reloc.address, dynamic_reloc_types(link.target().cpu).irelative, reloc.resolver);
    place += size;
  }
}

}  // namespace

size_t resolver_reloc_count(const Link& link) {
  return resolver_relocs(link).size();
}

ResolverRelocsChunk::ResolverRelocsChunk(const Link& link) : link_(link) {
  alignment = link.arch->word_size;
  is_late = true;  // reads the places of resolvers, if only to count them
}

uint64_t ResolverRelocsChunk::size() const {
  return resolver_reloc_count(link_) * dynamic_reloc_size(link_);
}

void ResolverRelocsChunk::write(MutableBytes out) const {
  write_resolver_relocs(link_, out);
}

LoadRelocsChunk::LoadRelocsChunk(Link& link) : link_(link) {
  alignment = link.arch->word_size;
  is_late = true;
}

uint64_t LoadRelocsChunk::relative_count() const {
  uint64_t count = moving_slots(link_).size();
  for (uint32_t i = 0; i < link_.fixup_counts.size(); i++)
    if (link_.is_live[i]) count += link_.fixup_counts[i];
  return count;
}

uint64_t LoadRelocsChunk::size() const {
  return (relative_count() + resolver_reloc_count(link_)) * dynamic_reloc_size(link_);
}

void LoadRelocsChunk::write(MutableBytes out) const {
  std::vector<LoadFixup> sorted = link_.fixups;
  for (const Slot* slot : moving_slots(link_))
    sorted.push_back({link_.slots.word_address(slot->word), slot_value(link_, *slot)});
  std::sort(sorted.begin(), sorted.end(), [](const LoadFixup& a, const LoadFixup& b) { return a.address < b.address; });
  const uint64_t size = dynamic_reloc_size(link_);
  uint8_t* place = out.data();
  for (const LoadFixup& fixup : sorted) {
    write_reloc(link_, place, fixup.address, dynamic_reloc_types(link_.target().cpu).relative, fixup.value);
    place += size;
  }
  write_resolver_relocs(link_, out.subspan(static_cast<size_t>(place - out.data())));
}

}  // namespace xld::elf
