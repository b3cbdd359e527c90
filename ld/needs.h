// What a relocation needs of its target: slots, stubs, load-time fixups. Recorded while the walk over live atoms reads
// the relocations for liveness, so each is decoded once before layout.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "formats/format.h"
#include "ld/relocate.h"

namespace xld {

// A reference to a name that nobody defines.
struct UndefinedReference {
  SymbolId symbol;
  AtomId atom;
  uint32_t offset = 0;
  auto operator<=>(const UndefinedReference&) const = default;
};

class NeedsRecorder {
 public:
  explicit NeedsRecorder(Link& link)
      : link_(link),
        undefined_(link.session.pool.thread_count()),
        packed_places_(link.session.pool.thread_count()),
        slot_detours_(link.session.pool.thread_count()),
        import_words_(link.session.pool.thread_count()) {}

  // Records the needs of relocs[0] and returns how many relocations that settles: 1, or 2 for a thread-local sequence
  // that includes its call. Any thread; one thread an atom.
  size_t record(AtomId id, const InputFile& file, const Atom& atom, std::span<const Reloc> relocs, uint32_t worker) {
    return needs_nothing(relocs[0]) ? 1 : record_need(id, file, atom, relocs, worker);
  }

  bool needs_tls_module() const { return needs_tls_module_.load(std::memory_order_relaxed); }
  bool has_text_fixups() const { return has_text_fixups_.load(std::memory_order_relaxed); }
  bool uses_got_base() const { return uses_got_base_.load(std::memory_order_relaxed); }

  // After all is recorded: words that the loader would fill with what turns out to be placed in this program are
  // numbers.
  void settle_words();

  // Sorted.
  std::vector<UndefinedReference> take_undefined();
  std::vector<PackedPlace> take_packed_places();
  std::vector<SlotDetour> take_slot_detours();

 private:
  struct Site;
  struct ImportWord {
    AtomId atom;
    SymbolId symbol;
  };

  // Distances to what stands in the output: nearly all relocations.
  bool needs_nothing(const Reloc& reloc) const {
    if (reloc.from != From::Place || (reloc.want != Want::Address && reloc.want != Want::Stub)) return false;
    if (reloc.target_kind == TargetKind::Atom) return !reloc.is_resolver;
    return reloc.target_kind == TargetKind::Symbol &&
           (link_.symbols.flags(reloc.symbol()) & symbol_flag::kPlaceFacts) == symbol_flag::kDefined;
  }
  size_t record_need(AtomId id, const InputFile& file, const Atom& atom, std::span<const Reloc> relocs,
                     uint32_t worker);
  size_t record_tls(const Site& site, std::span<const Reloc> relocs);
  size_t record_slot_use(const Site& site, std::span<const Reloc> relocs);
  void record_detour(const Site& site);
  void record_plain(const Site& site);
  static const char* reason_against(const Site& site);  // AddressForm::NotMovable
  void record_address(const Site& site);
  void record_slot(const Site& site);
  bool may_hold_slot_address(const Site& site) const;
  void record_copy(const Site& site);
  void count_fixup(const Site& site, AddressForm form);
  bool may_be_placed_here(const Site& site) const;
  bool is_fixed_offset(const Site& site) const;
  void need(const Site& site, uint32_t flags);
  void note_undefined(const Site& site, uint32_t worker);
  void report(const Site& site, const std::string& what) const;

  Link& link_;
  std::vector<std::vector<UndefinedReference>> undefined_;  // by worker
  std::vector<std::vector<PackedPlace>> packed_places_;
  std::vector<std::vector<SlotDetour>> slot_detours_;
  std::vector<std::vector<ImportWord>> import_words_;
  std::atomic<bool> needs_tls_module_{false};
  std::atomic<bool> uses_got_base_{false};
  std::atomic<bool> has_text_fixups_{false};
};

}  // namespace xld
