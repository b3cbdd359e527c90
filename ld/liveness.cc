// Reachability over decoded relocations. See liveness.h.
//
// Rounds over a frontier of atoms: each atom is visited once, by one task, and what it reaches for the first time forms
// the next frontier. The set of live atoms does not depend on the order of visits.
#include "ld/liveness.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace xld {

namespace {

constexpr size_t kBatch = 64;
constexpr size_t kFewRelocs = 4;  // the longest sequence
constexpr size_t kAtomsPerTask = 256;

class Walk {
 public:
  Walk(Link& link, NeedsRecorder& needs) : link_(link), needs_(needs), next_(link.session.pool.thread_count()) {}

  void run() {
    link_.is_live = Array<uint8_t>::zeroed(link_.atoms.size());
    if (collects_) {
      mark_roots();
      walk();
    } else {
      visit_everything();
    }
  }

 private:
  // ---- without garbage collection: every atom lives

  void visit_everything() {
    std::fill(link_.is_live.begin(), link_.is_live.end(), uint8_t{1});
    if (!records_needs_) return;
    const auto& files = link_.inputs.files;
    parallel_for(link_.session.pool, files.size(), 4, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++) visit_file(*files[i], worker);
    });
  }

  void visit_file(const InputFile& file, uint32_t worker) {
    for (uint32_t i = 0; i < file.atom_count; i++) {
      const AtomId id{file.first_atom.value + i};
      const Atom& atom = link_.atom(id);
      // Unwind records are read as companions of the code they describe.
      if (atom.has(atom_flag::kAllocated) && !atom.has(atom_flag::kUnwind)) visit_relocs(id, RelocCursor(), worker);
    }
    for (const Companion& companion : file.companions)
      if (!companion.is_whole_atom) visit_companion(companion, worker);
  }

  // ---- with it

  void mark_roots() {
    const auto& files = link_.inputs.files;
    parallel_for(link_.session.pool, files.size(), 4, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++) mark_roots_of(*files[i], worker);
    });
    for (uint32_t i = 0; i < link_.symbols.size(); i++)
      if (is_root(link_.symbols.flags(SymbolId{i}))) mark_symbol(SymbolId{i}, 0);
  }

  bool is_root(uint32_t flags) const {
    if (flags & (symbol_flag::kRoot | symbol_flag::kExported)) return true;
    constexpr uint32_t kInside = symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kLocalised;
    return link_.options().keeps_exported && (flags & symbol_flag::kDefined) && !(flags & kInside);
  }

  void mark_roots_of(const InputFile& file, uint32_t worker) {
    for (uint32_t i = 0; i < file.atom_count; i++) {
      const AtomId id{file.first_atom.value + i};
      if (link_.format->is_root(link_, file, link_.atom(id))) mark(id, worker);
    }
    // Records that serve all others (personalities of unwind entries) have no owner; they stand last.
    const std::span<const Companion> companions = file.companions;
    for (auto it = companions.rbegin(); it != companions.rend() && !it->owner.is_valid(); ++it)
      visit_companion(*it, worker);
  }

  void walk() {
    std::vector<AtomId> frontier;
    while (take_next(frontier)) {
      parallel_for(link_.session.pool, frontier.size(), kAtomsPerTask, [&](size_t begin, size_t end, uint32_t worker) {
        for (size_t i = begin; i < end; i++) visit(frontier[i], worker);
      });
    }
  }

  bool take_next(std::vector<AtomId>& frontier) {
    frontier.clear();
    for (auto& list : next_) {
      frontier.insert(frontier.end(), list.begin(), list.end());
      list.clear();
    }
    return !frontier.empty();
  }

  void mark(AtomId id, uint32_t worker) {
    const std::atomic_ref<uint8_t> is_live(link_.is_live[id.value]);
    if (is_live.load(std::memory_order_relaxed) || is_live.exchange(1, std::memory_order_relaxed)) return;
    next_[worker].push_back(id);
  }

  void mark_symbol(SymbolId id, uint32_t worker) {
    if (link_.symbols.atom(id).is_valid()) mark(link_.symbols.atom(id), worker);
    if (!link_.symbols.has(id, symbol_flag::kBrackets)) return;
    if (const auto found = link_.bracketed.find(id); found != link_.bracketed.end())
      for (const AtomId atom : found->second) mark(atom, worker);
  }

  void visit(AtomId id, uint32_t worker) {
    const Atom& atom = link_.atom(id);
    if (atom.file.value == 0) return;  // made by the linker: no relocations
    if (keeps_targets(atom)) visit_targets(id, worker);
    const auto companions = link_.inputs.file(atom.file).companions;
    const auto [first, last] =
        std::equal_range(companions.begin(), companions.end(), Companion{id, {}},
                         [](const Companion& a, const Companion& b) { return a.owner < b.owner; });
    for (auto it = first; it != last; ++it) {
      mark(it->atom, worker);
      if (!it->is_whole_atom) visit_companion(*it, worker);
    }
  }

  void visit_targets(AtomId id, uint32_t worker) {
    if (!link_.atom(id).has(atom_flag::kAllocated)) return mark_targets(id, worker);
    visit_relocs(id, RelocCursor(), worker);
  }

  // ---- both

  void visit_companion(const Companion& companion, uint32_t worker) {
    if (companion.reloc_count == 0) return;
    visit_relocs(companion.atom, {companion.first_reloc, companion.first_reloc + companion.reloc_count}, worker);
  }

  void visit_relocs(AtomId id, RelocCursor cursor, uint32_t worker) {
    const Atom& atom = link_.atom(id);
    if (!atom.relocs) return;
    const InputFile& file = link_.inputs.file(atom.file);
    if (plain_) return visit_mostly_plain(id, file, cursor, worker);
    std::array<Reloc, kBatch> batch;
    while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, true)) {
      for (size_t i = 0; i < count;) i += visit_reloc(id, file, std::span(batch.data() + i, count - i), worker);
    }
  }

  void visit_mostly_plain(AtomId id, const InputFile& file, RelocCursor cursor, uint32_t worker) {
    const Atom& atom = link_.atom(id);
    if (cursor.end > atom.reloc_count) cursor.end = atom.reloc_count;
    while (cursor.next < cursor.end) {
      ReachedAtoms reached;
      cursor.next = plain_->pass_over(link_, file, atom, cursor, collects_ ? &reached : nullptr);
      for (uint32_t i = 0; i < reached.count; i++) mark(reached.ids[i], worker);
      if (cursor.next < cursor.end && !reached.is_full()) visit_next(id, file, cursor, worker);
    }
  }

  // One relocation with those of its sequence, if it begins one.
  void visit_next(AtomId id, const InputFile& file, RelocCursor& cursor, uint32_t worker) {
    std::array<Reloc, kFewRelocs> few;
    const size_t count = link_.format->decode(link_, file, link_.atom(id), cursor, few, true);
    for (size_t i = 0; i < count;) i += visit_reloc(id, file, std::span(few.data() + i, count - i), worker);
  }

  // How many relocations that settles.
  size_t visit_reloc(AtomId id, const InputFile& file, std::span<const Reloc> relocs, uint32_t worker) {
    if (collects_) mark_target(relocs[0], worker);
    return records_needs_ ? needs_.record(id, file, link_.atom(id), relocs, worker) : 1;
  }

  // Of a section that is not loaded: its relocations need neither slots nor fixups.
  void mark_targets(AtomId id, uint32_t worker) {
    const Atom& atom = link_.atom(id);
    std::array<Reloc, kBatch> batch;
    RelocCursor cursor;
    while (const size_t count = link_.format->decode(link_, link_.inputs.file(atom.file), atom, cursor, batch, true))
      for (size_t i = 0; i < count; i++) mark_target(batch[i], worker);
  }

  void mark_target(const Reloc& reloc, uint32_t worker) {
    if (reloc.target_kind == TargetKind::Symbol) {
      mark_symbol(reloc.symbol(), worker);
    } else if (reloc.target_kind == TargetKind::Atom) {
      mark(reloc.atom(), worker);
    }
  }

  Link& link_;
  NeedsRecorder& needs_;
  const bool collects_ = link_.options().gc_sections;
  const PlainPath* const plain_ = link_.format->plain;
  const bool records_needs_ = link_.applies_relocs();  // what is kept as it is needs nothing yet
  std::vector<std::vector<AtomId>> next_;              // by worker
};

}  // namespace

void mark_live(Link& link, NeedsRecorder& needs) {
  const auto timer = link.session.timings.measure("mark_live");
  const OutputKind kind = link.target().output;
  if (has_loader(kind) || is_position_independent(kind))
    link.fixup_counts = Array<FixupCount>::zeroed(link.atoms.size());
  Walk(link, needs).run();
}

}  // namespace xld
