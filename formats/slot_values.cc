// See slot_values.h.
#include "formats/slot_values.h"

namespace xld {

uint64_t own_address(const Link& link, const SlotOwner& owner) {
  const AtomId atom = owner.symbol.is_valid() ? link.symbols.atom(owner.symbol) : owner.atom;
  const uint64_t value = owner.symbol.is_valid() ? link.symbols.value(owner.symbol) : owner.value;
  if (!atom.is_valid()) return value;
  return link.is_live[atom.value] ? link.address_of(link.atom(atom), value) : 0;
}

bool moves_with_output(const Link& link, const SlotOwner& owner) {
  if (!owner.symbol.is_valid()) return owner.atom.is_valid();
  const uint32_t flags = link.symbols.flags(owner.symbol);
  return (flags & symbol_flag::kDefined) && !(flags & symbol_flag::kAbsolute);
}

namespace {

// What the loader completes where it is added to something it finds; the address, counted from `base`, where it is not.
uint64_t thread_offset(const Link& link, const SlotOwner& owner, uint64_t base) {
  if (owner.symbol.is_valid()) {
    const uint32_t flags = link.symbols.flags(owner.symbol);
    if ((flags & symbol_flag::kOutOfReach) || !(flags & symbol_flag::kDefined)) return 0;
  }
  return own_address(link, owner) - base;
}

}  // namespace

uint64_t slot_value(const Link& link, const Slot& slot) {
  const Slots& slots = link.slots;
  const SlotOwner& owner = slots.owners[slot.owner];
  const Slots::Record& record = slots.records[slot.owner];
  switch (slot.kind) {
    case SlotKind::Address:
      return record.stub != Slots::kNone ? slots.stub_address(record.stub) : own_address(link, owner);
    case SlotKind::TlsOffset: {
      const bool is_library = link.target().output == OutputKind::SharedLibrary;
      return thread_offset(link, owner, is_library ? link.layout.tls_address : link.thread_pointer);
    }
    case SlotKind::TlsDescriptor:
      return thread_offset(link, owner, link.layout.tls_address);
    case SlotKind::Resolved:
      return own_address(link, owner);  // REL: the addend; otherwise overwritten at start
    case SlotKind::Imported:
    case SlotKind::TlsPair:
    case SlotKind::TlsModule:
      break;
  }
  return 0;
}

std::string_view name_in_library(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  if (claim.is_import()) {
    const InputFile& library = link.inputs.file(claim.file());
    if (!library.import_names.empty()) return library.import_names[claim.raw_symbol() - library.first_global].remote;
  }
  return link.symbols.name(id);
}

std::vector<const Slot*> moving_slots(const Link& link) {
  std::vector<const Slot*> moving;
  for (const Slot& slot : link.slots.slots)
    if (slot.kind == SlotKind::Address && moves_with_output(link, link.slots.owners[slot.owner]))
      moving.push_back(&slot);
  return moving;
}

}  // namespace xld
