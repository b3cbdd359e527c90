// Numbering of slots. See slots.h.
#include "dynimport/slots.h"

#include <algorithm>

namespace xld {

class SlotNumbering {
 public:
  SlotNumbering(uint32_t symbol_count, const SlotRules& rules) : symbol_count_(symbol_count), rules_(rules) {}

  void add_symbol(SymbolId id, uint32_t flags) {
    if (slots_.by_symbol_.empty()) slots_.by_symbol_.assign(symbol_count_, Slots::kNone);
    SlotOwner owner;
    owner.symbol = id;
    slots_.by_symbol_[id.value] = add_owner(owner, flags);
  }

  void add_local(const SlotOwner& owner, uint32_t flags) {
    slots_.by_local_[{owner.file.value, owner.raw_symbol}] = add_owner(owner, flags);
  }

  void add_tls_module() {
    slots_.tls_module = slots_.got_words;
    slots_.slots.push_back({SlotKind::TlsModule, 0, slots_.got_words});
    slots_.got_words += 2;
  }

  // What is added from now on stands in the other table.
  void begin_apart() { slots_.first_apart = slots_.got_words; }

  Slots take() {
    join_stub_words();
    order_stubs();
    return std::move(slots_);
  }

 private:
  uint32_t add_slot(SlotKind kind, uint32_t owner, uint32_t words) {
    const uint32_t word = slots_.got_words;
    slots_.slots.push_back({kind, owner, word});
    slots_.got_words += words;
    return word;
  }

  uint32_t add_owner(const SlotOwner& owner, uint32_t flags) {
    const auto index = static_cast<uint32_t>(slots_.owners.size());
    slots_.owners.push_back(owner);
    Slots::Record& record = slots_.records.emplace_back();
    const bool is_out_of_reach = (flags & symbol_flag::kOutOfReach) != 0;
    const bool is_resolver = (flags & symbol_flag::kResolver) && !is_out_of_reach;
    // A function whose address is that of its stub everywhere: its GOT slot holds that address, too. Otherwise the slot
    // is filled by the resolver and the stub, if there is one, goes through it.
    const bool is_address_stub = is_resolver && (flags & symbol_flag::kAddressTaken) != 0;
    if (flags & symbol_flag::kNeedsGot)
      record.got = add_slot(is_out_of_reach                   ? SlotKind::Imported
                            : is_resolver && !is_address_stub ? SlotKind::Resolved
                                                              : SlotKind::Address,
                            index, 1);
    if (is_address_stub || ((is_resolver || is_out_of_reach) && (flags & symbol_flag::kNeedsStub)))
      record.stub = add_stub(index, record, flags);
    if (flags & symbol_flag::kNeedsTlsOffset) record.tls_offset = add_slot(SlotKind::TlsOffset, index, 1);
    if (flags & symbol_flag::kNeedsTlsPair) record.tls_pair = add_slot(SlotKind::TlsPair, index, 2);
    if (flags & symbol_flag::kNeedsTlsDescriptor) record.tls_descriptor = add_slot(SlotKind::TlsDescriptor, index, 2);
    return index;
  }

  // An import whose address is that of the stub has a word of its own: the loader fills the GOT slot with that address,
  // and the stub would jump to itself.
  uint32_t add_stub(uint32_t owner, const Slots::Record& record, uint32_t flags) {
    const bool is_import = (flags & symbol_flag::kOutOfReach) != 0;
    const bool is_canonical = is_import && (flags & symbol_flag::kAddressTaken) != 0;
    const bool has_slot = record.got != Slots::kNone && slots_.slots.back().kind != SlotKind::Address && !is_canonical;
    if (has_slot && !rules_.stubs_have_own_words) {
      slots_.stubs.push_back({owner, record.got, false, is_import});
    } else {
      slots_.stubs.push_back({owner, is_import ? slots_.import_words++ : resolver_words_++, true, is_import});
    }
    return static_cast<uint32_t>(slots_.stubs.size() - 1);
  }

  void join_stub_words() {
    for (Stub& stub : slots_.stubs)
      if (stub.uses_lazy_table && !stub.is_import) stub.slot_word += slots_.import_words;
    slots_.stub_words = slots_.import_words + resolver_words_;
  }

  // Tracers and debuggers take the nth stub for that of the nth word of the stubs' table.
  void order_stubs() {
    const auto place = [](const Stub& stub) { return stub.uses_lazy_table ? stub.slot_word : Slots::kNone; };
    if (std::ranges::is_sorted(slots_.stubs, {}, place)) return;
    std::ranges::stable_sort(slots_.stubs, {}, place);
    for (uint32_t i = 0; i < slots_.stubs.size(); i++) slots_.records[slots_.stubs[i].owner].stub = i;
  }

  Slots slots_;
  uint32_t symbol_count_;
  const SlotRules& rules_;
  uint32_t resolver_words_ = 0;
};

Slots number_slots(const SymbolTable& symbols, const LocalNeeds& locals, bool needs_tls_module,
                   std::vector<PointerWord> pointers, const SlotRules& rules) {
  SlotNumbering numbering(symbols.size(), rules);
  std::vector<SymbolId> apart;
  for (uint32_t i = 0; i < symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = symbols.flags(id);
    const bool is_taken_resolver = (flags & symbol_flag::kResolver) && (flags & symbol_flag::kAddressTaken);
    if (!(flags & symbol_flag::kNeedsAny) && !is_taken_resolver) continue;
    if ((flags & symbol_flag::kNeedsGot) && rules.stands_apart && rules.stands_apart(id)) {
      apart.push_back(id);
    } else {
      numbering.add_symbol(id, flags);
    }
  }
  for (const auto& [key, entry] : locals.entries()) numbering.add_local(entry.owner, entry.flags);
  if (needs_tls_module) numbering.add_tls_module();
  if (!apart.empty()) numbering.begin_apart();
  for (const SymbolId id : apart) numbering.add_symbol(id, symbols.flags(id));
  Slots slots = numbering.take();
  slots.pointers = std::move(pointers);
  return slots;
}

}  // namespace xld
