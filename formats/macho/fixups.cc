// See fixups.h. <mach-o/loader.h>, "dyld_info_command", REBASE_OPCODE_*, BIND_OPCODE_*.
#include "formats/macho/fixups.h"

#include <algorithm>
#include <tuple>

#include "core/leb128.h"
#include "formats/macho/chained_fixups.h"
#include "formats/macho/classic.h"
#include "formats/macho/lazy_stubs.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/state.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

void add_slots(const Link& link, LargeVector<LoadFixup>& fixups) {
  const Slots& slots = link.slots;
  for (const Slot& slot : slots.slots) {
    const SlotOwner& owner = slots.owners[slot.owner];
    const uint64_t address = slots.word_address(slot.word);
    if (slot.kind == SlotKind::Imported) {
      fixups.push_back({address, 0, owner.symbol});
    } else if (is_position_independent(link.target().output) && moves_with_output(link, owner)) {
      fixups.push_back({address, slot_value(link, slot), {}});
    }
  }
  const MachoState& state = state_of(link);
  for (size_t i = 0; i < slots.stubs.size(); i++) {
    const Stub& stub = slots.stubs[i];
    if (!stub.uses_lazy_table || !stub.is_import) continue;
    const uint64_t address = slots.stub_slot_address(stub);
    if (state.lazy_entry_of[i] == kNotLazy) {
      fixups.push_back({address, 0, slots.owners[stub.owner].symbol});
    } else if (is_position_independent(link.target().output)) {
      fixups.push_back({address, state.stub_helper->entry_address(state.lazy_entry_of[i]), {}});
    }
  }
  for (size_t i = 0; i < slots.pointers.size(); i++)
    fixups.push_back({slots.pointer_address(i), 0, slots.pointers[i].import});
}

// The segment an address is in.
class SegmentFinder {
 public:
  explicit SegmentFinder(const Link& link) : link_(link) {}

  uint32_t index_of(uint64_t address) {
    const std::vector<Segment>& segments = link_.layout.segments;
    if (address < segments[last_].address) last_ = 0;
    // __LINKEDIT has no address yet, and no words to complete.
    while (last_ + 1 < segments.size() && !segments[last_ + 1].is_late && address >= segments[last_ + 1].address)
      last_++;
    return static_cast<uint32_t>(last_);
  }
  uint32_t number_of(uint64_t address) { return index_of(address) + first_segment_number(link_); }
  uint64_t offset_of(uint64_t address) { return address - link_.layout.segments[index_of(address)].address; }

 private:
  const Link& link_;
  size_t last_ = 0;
};

// ---- opcodes: rebases

// Words at equal distances are one opcode. Of words at other distances, each takes the way to the next one along.
class RebaseWriter {
 public:
  explicit RebaseWriter(const Link& link) : word_(link.arch->word_size), segments_(link) {}

  std::vector<uint8_t> write(const std::vector<uint64_t>& addresses) {
    if (addresses.empty()) return {};
    out_.push_back(REBASE_OPCODE_SET_TYPE_IMM | REBASE_TYPE_POINTER);
    for (size_t i = 0; i < addresses.size(); i++) {
      const bool continues = i != 0 && segments_.index_of(addresses[i]) == segment_;
      continues ? take(addresses[i] - addresses[i - 1]) : begin_segment(addresses[i]);
    }
    write_run(count_);
    out_.push_back(0);
    return std::move(out_);
  }

 private:
  void begin_segment(uint64_t address) {
    write_run(count_);
    segment_ = segments_.index_of(address);
    out_.push_back(static_cast<uint8_t>(REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | segments_.number_of(address)));
    append_uleb(out_, segments_.offset_of(address));
    begin_run(1, word_);
  }

  // The next word, a step behind the last one.
  void take(uint64_t step) {
    if (step == stride_ || count_ == 1) return begin_run(count_ + 1, step);
    if (step < stride_) {
      // The run would lead too far: its last word begins another.
      write_run(count_ - 1);
      return begin_run(2, step);
    }
    write_run(count_);
    advance(step - stride_);
    begin_run(1, word_);
  }

  void begin_run(uint64_t count, uint64_t stride) {
    count_ = count;
    stride_ = stride;
  }

  // Leads a stride behind the run's last word.
  void write_run(uint64_t count) {
    if (count == 0) return;
    constexpr uint64_t kMostImmediate = 15;
    if (stride_ == word_ && count <= kMostImmediate) {
      out_.push_back(static_cast<uint8_t>(REBASE_OPCODE_DO_REBASE_IMM_TIMES | count));
    } else if (stride_ == word_) {
      out_.push_back(REBASE_OPCODE_DO_REBASE_ULEB_TIMES);
      append_uleb(out_, count);
    } else if (count == 1) {
      out_.push_back(REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB);
      append_uleb(out_, stride_ - word_);
    } else {
      out_.push_back(REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB);
      append_uleb(out_, count);
      append_uleb(out_, stride_ - word_);
    }
  }

  void advance(uint64_t distance) {
    constexpr uint64_t kMostImmediate = 15;
    if (distance % word_ == 0 && distance / word_ <= kMostImmediate) {
      out_.push_back(static_cast<uint8_t>(REBASE_OPCODE_ADD_ADDR_IMM_SCALED | distance / word_));
    } else {
      out_.push_back(REBASE_OPCODE_ADD_ADDR_ULEB);
      append_uleb(out_, distance);
    }
  }

  const uint64_t word_;
  SegmentFinder segments_;
  std::vector<uint8_t> out_;
  uint64_t count_ = 0, stride_ = 0;  // of the run that is not yet written; 0: none
  uint32_t segment_ = 0;
};

// ---- opcodes: binds

class BindWriter {
 public:
  BindWriter(const Link& link, bool has_ordinals) : link_(link), segments_(link), has_ordinals_(has_ordinals) {}

  void set_symbol(std::string_view name, uint8_t flags) {
    out_.push_back(BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM | flags);
    out_.insert(out_.end(), name.begin(), name.end());
    out_.push_back(0);
  }

  void add(const Import& import, const LoadFixup& fixup) {
    if (has_ordinals_ && (!is_started_ || import.ordinal != ordinal_)) set_ordinal(import.ordinal);
    if (!is_started_ || import.symbol != symbol_)
      set_symbol(import.name, import.is_weak_reference ? BIND_SYMBOL_FLAGS_WEAK_IMPORT : uint8_t{0});
    if (!is_started_) out_.push_back(BIND_OPCODE_SET_TYPE_IMM | BIND_TYPE_POINTER);
    const auto addend = static_cast<int64_t>(fixup.value);
    if (addend != addend_) {
      out_.push_back(BIND_OPCODE_SET_ADDEND_SLEB);
      append_sleb(out_, addend);
    }
    move_to(fixup.address);
    out_.push_back(BIND_OPCODE_DO_BIND);
    position_ = fixup.address + link_.arch->word_size;
    ordinal_ = import.ordinal;
    symbol_ = import.symbol;
    addend_ = addend;
    is_started_ = true;
  }

  // An entry of the lazy table, which is complete in itself. Returns where it is.
  uint32_t add_lazy(const Import& import, uint64_t address) {
    const auto begin = static_cast<uint32_t>(out_.size());
    out_.push_back(static_cast<uint8_t>(BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | segments_.number_of(address)));
    append_uleb(out_, segments_.offset_of(address));
    set_ordinal(import.ordinal);
    set_symbol(import.name, import.is_weak_reference ? BIND_SYMBOL_FLAGS_WEAK_IMPORT : uint8_t{0});
    out_.push_back(BIND_OPCODE_DO_BIND);
    out_.push_back(BIND_OPCODE_DONE);
    return begin;
  }
  std::vector<uint8_t> take_lazy() { return std::move(out_); }

  std::vector<uint8_t> take() {
    if (!out_.empty()) out_.push_back(BIND_OPCODE_DONE);
    return std::move(out_);
  }

 private:
  void set_ordinal(int ordinal) {
    if (ordinal <= 0) {
      out_.push_back(static_cast<uint8_t>(BIND_OPCODE_SET_DYLIB_SPECIAL_IMM | (ordinal & 0xf)));
    } else if (ordinal < 16) {
      out_.push_back(static_cast<uint8_t>(BIND_OPCODE_SET_DYLIB_ORDINAL_IMM | ordinal));
    } else {
      out_.push_back(BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB);
      append_uleb(out_, static_cast<uint64_t>(ordinal));
    }
  }

  void move_to(uint64_t address) {
    const uint32_t number = segments_.number_of(address);
    if (is_started_ && number == segment_ && address >= position_) {
      if (address == position_) return;
      out_.push_back(BIND_OPCODE_ADD_ADDR_ULEB);
      append_uleb(out_, address - position_);
      return;
    }
    out_.push_back(static_cast<uint8_t>(BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | number));
    append_uleb(out_, segments_.offset_of(address));
    segment_ = number;
  }

  const Link& link_;
  SegmentFinder segments_;
  const bool has_ordinals_;
  std::vector<uint8_t> out_;
  bool is_started_ = false;
  int ordinal_ = 0;
  SymbolId symbol_;
  int64_t addend_ = 0;
  uint32_t segment_ = 0;
  uint64_t position_ = 0;
};

struct Bound {
  Import import;
  LoadFixup fixup;
};

// A definition of our own that is coalesced with those of other images.
Import own_weak_definition(const Link& link, SymbolId id) {
  Import import;
  import.symbol = id;
  import.name = link.symbols.name(id);
  import.ordinal = kWeakLookup;
  return import;
}

void sort_bound(std::vector<Bound>& bound) {
  std::sort(bound.begin(), bound.end(), [](const Bound& a, const Bound& b) {
    return std::tie(a.import.ordinal, a.import.name, a.fixup.address) <
           std::tie(b.import.ordinal, b.import.name, b.fixup.address);
  });
}

std::vector<uint8_t> write_bound(const Link& link, std::vector<Bound>& bound, bool has_ordinals) {
  sort_bound(bound);
  BindWriter writer(link, has_ordinals);
  for (const Bound& entry : bound) writer.add(entry.import, entry.fixup);
  return writer.take();
}

// Strong definitions that stand for the weak ones of libraries: the loader is told their names.
std::vector<SymbolId> overriding_definitions(const Link& link) {
  std::vector<SymbolId> result;
  for (const InputFile* file : link.inputs.libraries) {
    const MachoLibrary& library = library_of(*file);
    for (size_t i = 0; i < library.names.size(); i++) {
      const SymbolId id = file->globals[i];
      const uint32_t flags = link.symbols.flags(id);
      if (library.names[i].is_weak && is_exported(link, id) && !(flags & symbol_flag::kWeak)) result.push_back(id);
    }
  }
  std::sort(result.begin(), result.end(),
            [&](SymbolId a, SymbolId b) { return link.symbols.name(a) < link.symbols.name(b); });
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void build_lazy_binds(Link& link) {
  MachoState& state = state_of(link);
  if (!state.lazy_binds) return;
  BindWriter writer(link, true);
  for (const uint32_t index : state.lazy_stubs) {
    const Stub& stub = link.slots.stubs[index];
    const Import& import = state.imports[state.import_of[link.slots.owners[stub.owner].symbol.value]];
    state.lazy_offsets.push_back(writer.add_lazy(import, link.slots.stub_slot_address(stub)));
  }
  state.lazy_binds->bytes = writer.take_lazy();
}

void build_opcodes(Link& link, const std::vector<SymbolId>& overriding) {
  MachoState& state = state_of(link);
  std::vector<uint64_t> rebased;
  std::vector<Bound> bound, weak;
  for (const LoadFixup& fixup : state.fixups) {
    if (!fixup.symbol.is_valid()) {
      rebased.push_back(fixup.address);
      continue;
    }
    const uint32_t index = state.import_of[fixup.symbol.value];
    if (index == kNoImport) {
      // It holds our own definition until the loader finds that another image's comes first, or a tool redirects it.
      if (is_position_independent(link.target().output)) rebased.push_back(fixup.address);
      const bool is_weak = link.symbols.has(fixup.symbol, symbol_flag::kWeak);
      Import own = own_weak_definition(link, fixup.symbol);
      if (!is_weak) own.ordinal = ordinal_of_own(link);
      (is_weak ? weak : bound).push_back({own, fixup});
      continue;
    }
    const Import& import = state.imports[index];
    bound.push_back({import, fixup});
    if (import.is_weak_definition) {
      weak.push_back({import, fixup});
      weak.back().import.ordinal = kWeakLookup;
    }
  }
  state.rebases->bytes = RebaseWriter(link).write(rebased);
  state.binds->bytes = write_bound(link, bound, true);
  build_lazy_binds(link);
  sort_bound(weak);
  BindWriter writer(link, false);
  for (const SymbolId id : overriding) writer.set_symbol(link.symbols.name(id), BIND_SYMBOL_FLAGS_NON_WEAK_DEFINITION);
  for (const Bound& entry : weak) writer.add(entry.import, entry.fixup);
  state.weak_binds->bytes = writer.take();
}

}  // namespace

// Those of atoms are in the order of addresses.
void gather_fixups(Link& link) {
  const auto is_before = [](const LoadFixup& a, const LoadFixup& b) { return a.address < b.address; };
  LargeVector<LoadFixup> slots;
  add_slots(link, slots);
  std::sort(slots.begin(), slots.end(), is_before);
  LargeVector<LoadFixup>& all = state_of(link).fixups;
  all.resize(link.fixups.size() + slots.size());
  std::merge(link.fixups.begin(), link.fixups.end(), slots.begin(), slots.end(), all.begin(), is_before);
}

void build_fixup_tables(Link& link) {
  const Features& features = state_of(link).features;
  // The loader looks for definitions in place of weak ones in images that say that they have some.
  const std::vector<SymbolId> overriding = overriding_definitions(link);
  if (!overriding.empty()) state_of(link).has_weak_definitions = true;
  if (features.has_chained_fixups) return build_chained_fixups(link);
  if (features.has_dyld_info) return build_opcodes(link, overriding);
  if (has_loader(link)) build_classic_relocs(link);
}

namespace {

// Words that hold our own weak definitions until the loader has seen those of other images.
void write_own_definitions(const Link& link, std::span<const LoadFixup> fixups, uint64_t address, MutableBytes out) {
  for (const LoadFixup& fixup : fixups) {
    if (!fixup.symbol.is_valid() || link.symbols.has(fixup.symbol, symbol_flag::kImported)) continue;
    SlotOwner owner;
    owner.symbol = fixup.symbol;
    const uint64_t value = own_address(link, owner) + fixup.value;
    write_field(link.arch->address_field, out.data() + (fixup.address - address), value);
  }
}

}  // namespace

void write_fixup_words(const Link& link, AtomId id, MutableBytes out) {
  if (link.fixup_counts.empty() || link.fixup_counts[id.value].all == 0) return;
  const uint64_t address = link.atom(id).address;
  if (state_of(link).features.has_chained_fixups) return write_chained_words(link, address, out);
  const std::span<const LoadFixup> all = link.fixups;
  write_own_definitions(link, all.subspan(link.first_fixups[id.value], link.fixup_counts[id.value].all), address, out);
}

}  // namespace xld::macho
