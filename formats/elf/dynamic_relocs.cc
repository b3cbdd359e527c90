// See dynamic_relocs.h.
#include "formats/elf/dynamic_relocs.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "arch/field.h"
#include "core/radix_sort.h"
#include "formats/elf/android_relocs.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/relocs.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/state.h"
#include "formats/slot_values.h"

namespace xld::elf {

namespace {

const DynamicRelocTypes& types_of(const Link& link) {
  return dynamic_reloc_types(link.target().cpu);
}

uint32_t index_of(const Link& link, SymbolId id) {
  const DynamicSymbols* symbols = state_of(link).dynamic_symbols.get();
  return id.is_valid() && symbols ? symbols->index_of(id) : 0;
}

uint8_t* write_reloc(const Link& link, uint8_t* place, const DynamicReloc& reloc) {
  const uint32_t index = index_of(link, reloc.symbol);
  if (link.target().word_size == 8) {
    store(place, Elf64::Rela{reloc.address, Elf64::reloc_info(index, reloc.type), static_cast<int64_t>(reloc.addend)});
  } else {
    store(place, Elf32::Rel{static_cast<uint32_t>(reloc.address), Elf32::reloc_info(index, reloc.type)});
  }
  return place + dynamic_reloc_size(link);
}

uint8_t* write_relocs(const Link& link, uint8_t* place, const std::vector<DynamicReloc>& relocs) {
  for (const DynamicReloc& reloc : relocs) place = write_reloc(link, place, reloc);
  return place;
}

const SlotOwner& owner_of(const Link& link, const Stub& stub) {
  return link.slots.owners[stub.owner];
}

void add_resolved_slots(const Link& link, std::vector<DynamicReloc>& relocs) {
  const Slots& slots = link.slots;
  for (const Slot& slot : slots.slots)
    if (slot.kind == SlotKind::Resolved)
      relocs.push_back(
          {slots.word_address(slot.word), types_of(link).irelative, {}, own_address(link, slots.owners[slot.owner])});
}

void add_resolved_stubs(const Link& link, std::vector<DynamicReloc>& relocs) {
  for (const Stub& stub : link.slots.stubs)
    if (stub.uses_lazy_table && !stub.is_import)
      relocs.push_back(
          {link.slots.stub_slot_address(stub), types_of(link).irelative, {}, own_address(link, owner_of(link, stub))});
}

std::vector<DynamicReloc> resolver_relocs(const Link& link) {
  std::vector<DynamicReloc> relocs;
  add_resolved_slots(link, relocs);
  add_resolved_stubs(link, relocs);
  return relocs;
}

}  // namespace

uint64_t dynamic_reloc_size(const Link& link) {
  const bool has_addend = types_of(link).has_addend;
  if (link.target().word_size == 8) return has_addend ? sizeof(Elf64::Rela) : sizeof(Elf64::Rel);
  return has_addend ? sizeof(Elf32::Rela) : sizeof(Elf32::Rel);
}

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
  write_relocs(link_, out.data(), resolver_relocs(link_));
}

// ---- copies

void CopyChunk::add(SymbolId id) {
  const Claim claim = link_.symbols.claim(id);
  const InputFile& file = link_.inputs.file(claim.file());
  const SharedObject& library = library_of(file);
  const SharedSymbol symbol = shared_symbol(library, claim.raw_symbol());
  const CopySource source = copy_source(library, symbol);
  Copy copy;
  copy.symbol = id;
  copy.offset = align_up(size_, source.alignment);
  for (size_t i = 0; i < file.globals.size(); i++) {
    const SymbolId other = file.globals[i];
    const Claim other_claim = link_.symbols.claim(other);
    if (other_claim.file() != file.id || other_claim.raw_symbol() != file.first_global + i) continue;
    const SharedSymbol alias = shared_symbol(library, other_claim.raw_symbol());
    if (alias.value != symbol.value || alias.section != symbol.section || alias.type == STT_TLS) continue;
    copy.names.push_back(other);
    // As GNU ld has it, the loader looks for the name that nobody can replace by another: __environ, not environ.
    const bool is_stronger = symbol.binding == STB_WEAK && alias.binding == STB_GLOBAL && !alias.is_hidden_version;
    if (is_stronger && copy.symbol == id) copy.symbol = other;
    link_.symbols.add_flags(other, symbol_flag::kCopied | symbol_flag::kImported | symbol_flag::kUsed);
  }
  alignment = std::max(alignment, source.alignment);
  size_ = copy.offset + symbol.size;
  copies_.push_back(std::move(copy));
}

void CopyChunk::place_symbols() {
  for (const Copy& copy : copies_)
    for (const SymbolId id : copy.names) link_.symbols.place(id, AtomId(), address + copy.offset);
}

namespace {

// False: reported.
bool may_copy(const Link& link, SymbolId id, const InputFile& file, const SharedSymbol& symbol) {
  const bool is_kept = symbol.visibility == STV_PROTECTED && !link.options().dynamic.ignores_data_addresses;
  if (is_kept || symbol.size == 0) {
    link.diagnostics().error(fmt::format(
        "{} {}\n>>> defined in {}\n>>> cannot create a copy relocation for {}: {}; recompile the code that "
        "refers to it with -fPIC or -fPIE -mno-direct-extern-access",
        symbol.size == 0 ? "cannot create a copy relocation for symbol" : "cannot preempt symbol:",
        link.symbols.name(id), file.path, symbol.size == 0 ? "it" : "protected symbol",
        symbol.size == 0 ? "the library does not say how large it is" : "the library would go on using its own"));
    return false;
  }
  return true;
}

}  // namespace

Copies collect_copies(Link& link) {
  Copies copies;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const Claim claim = link.symbols.claim(id);
    if (!link.symbols.has(id, symbol_flag::kCopied)) continue;
    if (!claim.is_import()) continue;  // undefined, which is tolerated: its address is 0
    const InputFile& file = link.inputs.file(claim.file());
    const SharedSymbol symbol = shared_symbol(library_of(file), claim.raw_symbol());
    if (!may_copy(link, id, file, symbol)) continue;
    const bool is_read_only = copy_source(library_of(file), symbol).is_read_only && link.options().relro;
    CopyChunk*& chunk = is_read_only ? copies.read_only : copies.writable;
    if (!chunk) chunk = add_chunk<CopyChunk>(link, link);
    const auto has_it = [&](const CopyChunk::Copy& copy) {
      return std::find(copy.names.begin(), copy.names.end(), id) != copy.names.end();
    };
    if (std::none_of(chunk->copies().begin(), chunk->copies().end(), has_it)) chunk->add(id);
  }
  return copies;
}

// ---- stubs

StubRelocsChunk::StubRelocsChunk(const Link& link) : link_(link) {
  alignment = link.arch->word_size;
  is_late = true;
}

uint64_t StubRelocsChunk::size() const {
  return link_.slots.stub_words * dynamic_reloc_size(link_);
}

void StubRelocsChunk::write(MutableBytes out) const {
  std::vector<DynamicReloc> relocs(link_.slots.import_words);
  for (const Stub& stub : link_.slots.stubs)
    if (stub.uses_lazy_table && stub.is_import)
      relocs[stub.slot_word] = {link_.slots.stub_slot_address(stub), types_of(link_).jump_slot,
                                owner_of(link_, stub).symbol, 0};
  add_resolved_stubs(link_, relocs);
  write_relocs(link_, out.data(), relocs);
}

// ---- packed

namespace {

bool is_packed_slot(const Link& link, const Slot& slot) {
  return link.packs_fixups && slot.kind == SlotKind::Address && moves_with_output(link, link.slots.owners[slot.owner]);
}

}  // namespace

bool has_packed_words(const Link& link) {
  const auto& slots = link.slots.slots;
  return !link.packed_places.empty() ||
         std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) { return is_packed_slot(link, slot); });
}

std::vector<uint64_t> PackedRelocsChunk::addresses() const {
  std::vector<uint64_t> addresses;
  addresses.reserve(link_.packed_places.size());
  for (const PackedPlace& place : link_.packed_places) {
    const Atom& atom = link_.atom(place.atom);
    if (link_.is_live[place.atom.value] && !atom.has(atom_flag::kFolded))
      addresses.push_back(atom.address + place.offset);
  }
  if (const Chunk* got = state_of(link_).got) {
    for (const Slot& slot : link_.slots.slots)
      if (is_packed_slot(link_, slot)) addresses.push_back(got->address + uint64_t{slot.word} * link_.arch->word_size);
  }
  radix_sort(addresses);
  return addresses;
}

bool PackedRelocsChunk::encode() {
  const uint64_t word = link_.arch->word_size;
  const uint64_t bits = word * 8 - 1;
  const size_t old_count = words_.size();
  const std::vector<uint64_t> places = addresses();
  words_.clear();
  for (size_t i = 0; i < places.size();) {
    words_.push_back(places[i]);
    uint64_t base = places[i++] + word;
    for (;;) {
      uint64_t bitmap = 0;
      for (; i < places.size() && places[i] - base < bits * word; i++)
        bitmap |= uint64_t{1} << (places[i] - base) / word;
      if (bitmap == 0) break;
      words_.push_back(bitmap << 1 | 1);
      base += bits * word;
    }
  }
  const bool has_grown = words_.size() > old_count;
  if (!has_grown) words_.resize(old_count, 1);
  return has_grown;
}

void PackedRelocsChunk::write(MutableBytes out) const {
  for (size_t i = 0; i < words_.size(); i++)
    write_field(link_.arch->address_field, out.data() + i * link_.arch->word_size, words_[i]);
}

// ---- the rest

namespace {

class SlotRelocs {
 public:
  // Before addresses are settled the relocations can be counted, but have no values.
  SlotRelocs(const Link& link, bool has_values)
      : link_(link),
        has_values_(has_values),
        types_(types_of(link)),
        is_library_(link.target().output == OutputKind::SharedLibrary),
        moves_(is_position_independent(link.target().output)) {}

  std::vector<DynamicReloc> take() {
    for (const Slot& slot : link_.slots.slots) add(slot);
    for (size_t i = 0; i < link_.slots.pointers.size(); i++)
      relocs_.push_back({link_.slots.pointer_address(i), types_.glob_dat, link_.slots.pointers[i].import, 0});
    return std::move(relocs_);
  }

 private:
  void add(const Slot& slot) {
    const uint64_t address = link_.slots.word_address(slot.word);
    if (slot.kind == SlotKind::TlsModule) {
      if (is_library_) relocs_.push_back({address, types_.tls_module, {}, 0});
      return;
    }
    const SlotOwner& owner = link_.slots.owners[slot.owner];
    const bool is_out_of_reach = owner.symbol.is_valid() && link_.symbols.has(owner.symbol, symbol_flag::kOutOfReach);
    const SymbolId symbol = is_out_of_reach ? owner.symbol : SymbolId();
    switch (slot.kind) {
      case SlotKind::Imported:
        return relocs_.push_back({address, types_.glob_dat, symbol, 0});
      case SlotKind::Address:
        if (moves_ && moves_with_output(link_, owner) && !is_packed_slot(link_, slot))
          relocs_.push_back({address, types_.relative, {}, value_of(slot)});
        return;
      case SlotKind::TlsOffset:
        if (is_out_of_reach || is_library_) relocs_.push_back({address, types_.thread_offset, symbol, value_of(slot)});
        return;
      case SlotKind::TlsPair:
        if (!is_out_of_reach && !is_library_) return;
        relocs_.push_back({address, types_.tls_module, symbol, 0});
        if (is_out_of_reach) relocs_.push_back({address + link_.arch->word_size, types_.tls_offset, symbol, 0});
        return;
      case SlotKind::TlsDescriptor:
        return relocs_.push_back({address, types_.tls_desc, symbol, value_of(slot)});
      case SlotKind::Resolved:
      case SlotKind::TlsModule:
        return;  // in another place of the table; above
    }
  }

  uint64_t value_of(const Slot& slot) const { return has_values_ ? slot_value(link_, slot) : 0; }

  const Link& link_;
  const bool has_values_;
  const DynamicRelocTypes& types_;
  const bool is_library_;
  const bool moves_;
  std::vector<DynamicReloc> relocs_;
};

FixupCount count_fixups(const Link& link) {
  FixupCount sum;
  for (uint32_t i = 0; i < link.fixup_counts.size(); i++) {
    if (!link.is_live[i]) continue;
    sum.all += link.fixup_counts[i].all;
    sum.symbolic += link.fixup_counts[i].symbolic;
    sum.packed += link.fixup_counts[i].packed;
  }
  return sum;
}

size_t count_copies(const Link& link) {
  const Copies& copies = state_of(link).copies;
  return (copies.writable ? copies.writable->copies().size() : 0) +
         (copies.read_only ? copies.read_only->copies().size() : 0);
}

void add_copies(const Link& link, const CopyChunk* chunk, std::vector<DynamicReloc>& relocs) {
  if (!chunk) return;
  for (const CopyChunk::Copy& copy : chunk->copies())
    relocs.push_back({chunk->address + copy.offset, types_of(link).copy, copy.symbol, 0});
}

// The words resolvers fill that are not among those of stubs with a table of their own.
std::vector<DynamicReloc> last_relocs(const Link& link) {
  if (!has_loader(link.target().output)) return resolver_relocs(link);
  std::vector<DynamicReloc> relocs;
  add_resolved_slots(link, relocs);
  return relocs;
}

}  // namespace

LoadRelocsChunk::LoadRelocsChunk(Link& link) : link_(link), fixups_(count_fixups(link)) {
  alignment = link.arch->word_size;
  is_late = true;
}

uint64_t LoadRelocsChunk::relative_count() const {
  const auto relocs = SlotRelocs(link_, false).take();
  const auto relative = std::count_if(
      relocs.begin(), relocs.end(), [&](const DynamicReloc& reloc) { return reloc.type == types_of(link_).relative; });
  return fixups_.all - fixups_.symbolic - fixups_.packed + static_cast<uint64_t>(relative);
}

uint64_t LoadRelocsChunk::count() const {
  return fixups_.all - fixups_.packed + SlotRelocs(link_, false).take().size() + count_copies(link_) +
         last_relocs(link_).size();
}

template <class Visit>
void LoadRelocsChunk::for_each(Visit&& visit) const {
  const DynamicRelocTypes& types = types_of(link_);
  std::vector<DynamicReloc> slots = SlotRelocs(link_, true).take();
  const auto first_other = std::stable_partition(
      slots.begin(), slots.end(), [&](const DynamicReloc& reloc) { return reloc.type == types.relative; });
  std::vector<DynamicReloc> others(first_other, slots.end());
  slots.erase(first_other, slots.end());
  std::sort(slots.begin(), slots.end(),
            [](const DynamicReloc& a, const DynamicReloc& b) { return a.address < b.address; });
  auto slot = slots.begin();
  for (const LoadFixup& fixup : link_.fixups) {
    if (fixup.is_packed) continue;
    if (fixup.kind != LoadFixupKind::Word || fixup.symbol.is_valid()) {
      const uint32_t by_kind[] = {types.absolute, types.distance, types.size, types.narrow_size};
      others.push_back({fixup.address, by_kind[static_cast<size_t>(fixup.kind)], fixup.symbol, fixup.value});
      continue;
    }
    while (slot != slots.end() && slot->address < fixup.address) visit(*slot++);
    visit(DynamicReloc{fixup.address, types.relative, {}, fixup.value});
  }
  while (slot != slots.end()) visit(*slot++);
  add_copies(link_, state_of(link_).copies.writable, others);
  add_copies(link_, state_of(link_).copies.read_only, others);
  std::sort(others.begin(), others.end(), [&](const DynamicReloc& a, const DynamicReloc& b) {
    return std::pair(index_of(link_, a.symbol), a.address) < std::pair(index_of(link_, b.symbol), b.address);
  });
  std::ranges::for_each(others, visit);
  std::ranges::for_each(last_relocs(link_), visit);
}

void LoadRelocsChunk::write(MutableBytes out) const {
  uint8_t* place = out.data();
  if (is_encoded()) {
    std::copy(encoded_.begin(), encoded_.end(), place);
  } else {
    for_each([&](const DynamicReloc& reloc) { place = write_reloc(link_, place, reloc); });
  }
}

// What is left over if it shrinks stays as zeros: the loader reads as many as the head says.
bool LoadRelocsChunk::encode() {
  std::vector<AndroidReloc> relocs;
  const bool has_addend = types_of(link_).has_addend;
  for_each([&](const DynamicReloc& reloc) {
    const uint32_t index = index_of(link_, reloc.symbol);
    const uint64_t info = link_.target().word_size == 8 ? Elf64::reloc_info(index, reloc.type)
                                                        : uint64_t{Elf32::reloc_info(index, reloc.type)};
    relocs.push_back({reloc.address, info, has_addend ? static_cast<int64_t>(reloc.addend) : 0});
  });
  const size_t old_size = encoded_.size();
  encoded_ = pack_android_relocs(relocs);
  const bool has_grown = encoded_.size() > old_size;
  if (!has_grown) encoded_.resize(old_size);
  return has_grown;
}

}  // namespace xld::elf
