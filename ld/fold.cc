// Candidates, classes, refinement. See fold.h.
#include "ld/fold.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

#include "arch/field.h"
#include "core/hash.h"
#include "ld/relocate.h"

namespace xld {

namespace {

constexpr size_t kBatch = 64;
constexpr size_t kCandidatesPerTask = 1024;
// Chains of callers that differ at their far end take a round a link; real programs need some twenty.
constexpr uint32_t kMaxRounds = 1000;

uint64_t combine(uint64_t state, uint64_t word) {
  return hash_detail::multiply_fold(state ^ word, hash_detail::kKeyA);
}

// What a relocation says, without the identity of a target that is itself a candidate.
struct Reference {
  enum class Kind : uint8_t { Nothing, Value, Name, Atom, Resolver, Constant, Candidate };
  Kind kind = Kind::Nothing;
  uint64_t id = 0;     // the atom or name
  uint64_t value = 0;  // the offset in it
  Bytes constant;      // a merged constant: equal ones become one
  AtomId candidate;

  bool operator==(const Reference& other) const {
    return kind == other.kind && id == other.id && value == other.value &&
           std::equal(constant.begin(), constant.end(), other.constant.begin(), other.constant.end());
  }
};

struct Candidate {
  uint64_t hash = 0;
  AtomId id;
  uint32_t edge_count = 0;
  const AtomId* edges = nullptr;  // targets that are candidates, in order of the relocations
};

struct Class {
  uint32_t begin = 0, end = 0;  // in candidates_
};

class Folder {
 public:
  explicit Folder(Link& link)
      : link_(link), pool_(link.session.pool), class_of_(Array<uint32_t>::zeroed(link.atoms.size())) {}

  void run() {
    mark_significant();
    collect();
    drop_unique();
    for (const Candidate& candidate : candidates_) marks_[candidate.id.value] |= kComparable;
    hash_references();
    drop_unique();
    form_classes();
    if (refine()) {
      fold();
    } else {
      link_.diagnostics().warn("--icf: functions call each other in too long chains; nothing was folded");
    }
  }

 private:
  // marks_: by AtomId.
  static constexpr uint8_t kSignificant = 1;
  static constexpr uint8_t kComparable =
      2;  // a target that is looked at through its class; settled before references are

  // class_of_: by AtomId. A class is 1 + the index of its first member, or that of an atom on its own.
  static constexpr uint32_t kAlone = 1u << 31;

  // ---- atoms whose address means something

  void mark_significant() {
    marks_ = Array<uint8_t>::zeroed(link_.atoms.size());
    const auto& files = link_.inputs.files;
    parallel_for(pool_, files.size(), 4, [&](size_t begin, size_t end) {
      std::vector<AtomId> listed;
      for (size_t i = begin; i < end; i++) {
        listed.clear();
        const bool is_complete = link_.format->significant_atoms(link_, *files[i], listed);
        for (const AtomId id : listed) set_significant(id);
        if (!is_complete && link_.options().icf == IcfMode::Safe) infer_significant(*files[i]);
      }
    });
    for (const std::string& name : link_.options().keep_unique) {
      const SymbolId id = link_.symbols.find(name);
      if (id.is_valid() && link_.symbols.atom(id).is_valid()) kept_.push_back(link_.symbols.atom(id));
    }
    std::sort(kept_.begin(), kept_.end());
  }

  void set_significant(AtomId id) { std::atomic_ref(marks_[id.value]).store(kSignificant, std::memory_order_relaxed); }

  // Without a list, every address that appears outside of a branch counts.
  void infer_significant(const InputFile& file) {
    for (uint32_t i = 0; i < file.atom_count; i++) {
      const AtomId id{file.first_atom.value + i};
      const Atom& atom = link_.atom(id);
      if (!link_.is_live[id.value] || !atom.has(atom_flag::kAllocated) || atom.has(atom_flag::kUnwind)) continue;
      for_each_reloc(atom, [&](const Reloc& reloc) {
        if ((reloc.hints & hint::kIsBranch) || is_branch(atom, reloc)) return;
        const AtomId target = facts_of(link_, reloc).atom;
        if (target.is_valid()) set_significant(target);
      });
    }
  }

  // Assemblers mark calls of local functions as distances only.
  bool is_branch(const Atom& atom, const Reloc& reloc) const {
    return atom.has(atom_flag::kExecutable) && reloc.from == From::Place &&
           link_.arch->is_branch(atom.bytes(), reloc.offset);
  }

  template <class Fn>
  void for_each_reloc(const Atom& atom, Fn fn) const {
    std::array<Reloc, kBatch> batch;
    RelocCursor cursor;
    const InputFile& file = link_.inputs.file(atom.file);
    while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false))
      for (size_t i = 0; i < count; i++) fn(batch[i]);
  }

  // Its relocations, and what describes it.
  template <class Fn>
  void for_each_reference(const Atom& atom, Fn fn) const {
    for_each_reloc(atom, fn);
    for (const Reloc& reloc : description_of(atom)) fn(reloc);
  }

  std::vector<Reloc> description_of(const Atom& atom) const {
    std::vector<Reloc> references;
    if (link_.format->describing_references)
      link_.format->describing_references(link_, link_.inputs.file(atom.file), atom, references);
    return references;
  }

  // ---- candidates

  void collect() {
    const auto& files = link_.inputs.files;
    std::vector<std::vector<Candidate>> found(pool_.thread_count());
    parallel_for(pool_, files.size(), 4, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++) collect_from(*files[i], found[worker]);
    });
    for (const auto& list : found) candidates_.insert(candidates_.end(), list.begin(), list.end());
  }

  void collect_from(const InputFile& file, std::vector<Candidate>& found) const {
    const auto companions = file.companions;
    auto companion = companions.begin();
    for (uint32_t i = 0; i < file.atom_count; i++) {
      const AtomId id{file.first_atom.value + i};
      bool is_described = false;
      for (; companion != companions.end() && companion->owner <= id; ++companion)
        is_described |= companion->owner == id && describes(*companion);
      if (!is_described && is_candidate(file, id)) found.push_back({hash_contents(link_.atom(id)), id});
    }
  }

  // What stands elsewhere about an atom (exception tables, followers) is not compared, unless the format knows it as
  // references: the atom stays apart.
  bool describes(const Companion& companion) const {
    if (link_.format->describing_references) return false;
    return !companion.is_whole_atom || link_.atom(companion.atom).has(atom_flag::kFollowsOther);
  }

  bool is_candidate(const InputFile& file, AtomId id) const {
    constexpr uint32_t kNever = atom_flag::kZeroFill | atom_flag::kThreadLocal | atom_flag::kUnwind |
                                atom_flag::kMerge | atom_flag::kFollowsOther | atom_flag::kNote;
    const Atom& atom = link_.atom(id);
    if (!link_.is_live[id.value] || !atom.has(atom_flag::kAllocated) || atom.has(kNever) || atom.size == 0)
      return false;
    const bool is_code = atom.has(atom_flag::kExecutable);
    const auto kind = link_.format->fold_kind(link_, file, atom);
    if (!kind || std::binary_search(kept_.begin(), kept_.end(), id)) return false;
    const bool is_significant = marks_[id.value] == kSignificant && kind->has_address;
    return !is_significant || (is_code && link_.options().icf != IcfMode::Safe);
  }

  uint64_t hash_contents(const Atom& atom) const {
    const uint64_t facts = uint64_t{atom.section.value} << 32 | atom.reloc_count;
    std::vector<uint8_t> copy;
    return combine(hash_bytes(content_of(atom, copy)), facts);
  }

  // Its bytes without the addends in them, which differ where what is meant is the same. Instructions hold none.
  Bytes content_of(const Atom& atom, std::vector<uint8_t>& copy) const {
    if (!atom.has(atom_flag::kImplicitAddends) || atom.reloc_count == 0) return atom.bytes();
    copy.assign(atom.data, atom.data + atom.size);
    for_each_reloc(atom, [&](const Reloc& reloc) {
      const uint8_t size = is_in_instruction(reloc.field) ? uint8_t{0} : size_of(reloc.field);
      if (contains(copy, reloc.offset, size)) std::fill_n(copy.begin() + reloc.offset, size, uint8_t{0});
    });
    return copy;
  }

  // Leaves only candidates that share their hash with another, in order of hash and id.
  void drop_unique() {
    std::sort(candidates_.begin(), candidates_.end(),
              [](const Candidate& a, const Candidate& b) { return std::pair(a.hash, a.id) < std::pair(b.hash, b.id); });
    size_t kept = 0;
    for (size_t begin = 0, end = 0; begin < candidates_.size(); begin = end) {
      while (end < candidates_.size() && candidates_[end].hash == candidates_[begin].hash) end++;
      const bool is_unique = end - begin == 1;
      for (size_t i = begin; i < end; i++) {
        if (is_unique) set_class(candidates_[i].id, alone(candidates_[i].id));
        if (!is_unique) candidates_[kept++] = candidates_[i];
      }
    }
    candidates_.resize(kept);
  }

  static uint32_t alone(AtomId id) { return kAlone | id.value; }
  void set_class(AtomId id, uint32_t value) { class_of_[id.value] = value; }

  // ---- references

  void hash_references() {
    edges_.resize((candidates_.size() + kCandidatesPerTask - 1) / kCandidatesPerTask);
    parallel_for(pool_, candidates_.size(), kCandidatesPerTask, [&](size_t begin, size_t end) {
      std::vector<AtomId>& edges = edges_[begin / kCandidatesPerTask];
      for (size_t i = begin; i < end; i++) hash_references_of(candidates_[i], edges);
      const AtomId* next = edges.data();
      for (size_t i = begin; i < end; i++) {
        candidates_[i].edges = next;
        next += candidates_[i].edge_count;
      }
    });
  }

  void hash_references_of(Candidate& candidate, std::vector<AtomId>& edges) const {
    const size_t first = edges.size();
    for_each_reference(link_.atom(candidate.id), [&](const Reloc& reloc) {
      const Reference reference = reference_of(reloc);
      candidate.hash = combine(candidate.hash, uint64_t{reloc.offset} << 32 | reloc.raw_type);
      candidate.hash = combine(candidate.hash, static_cast<uint64_t>(reloc.addend));
      candidate.hash = combine(candidate.hash, static_cast<uint64_t>(reference.kind) << 56 ^ reference.id);
      candidate.hash = combine(candidate.hash, reference.value);
      if (!reference.constant.empty()) candidate.hash = combine(candidate.hash, hash_bytes(reference.constant));
      if (reference.candidate.is_valid()) edges.push_back(reference.candidate);
    });
    candidate.edge_count = static_cast<uint32_t>(edges.size() - first);
  }

  Reference reference_of(const Reloc& reloc) const {
    using Kind = Reference::Kind;
    const TargetFacts target = facts_of(link_, reloc);
    if (reloc.target_kind == TargetKind::Discarded) return {Kind::Nothing, 0, 0, {}, {}};
    // Another module's definition may be preferred to one that looks equal here.
    if (target.is_out_of_reach || !target.atom.is_valid())
      return target.symbol.is_valid() ? Reference{Kind::Name, target.symbol.value, 0, {}, {}}
                                      : Reference{Kind::Value, 0, target.value, {}, {}};
    if (target.is_resolver) return {Kind::Resolver, target.atom.value, target.value, {}, {}};
    const Atom& atom = link_.atom(target.atom);
    if (atom.has(atom_flag::kMerge)) {
      if (const auto constant = constant_at(atom, target.value)) return *constant;
    }
    if (marks_[target.atom.value] & kComparable) return {Kind::Candidate, 0, target.value, {}, target.atom};
    return {Kind::Atom, target.atom.value, target.value, {}, {}};
  }

  // The merged constant around an offset. Very long strings are told apart by where they stand.
  std::optional<Reference> constant_at(const Atom& atom, uint64_t offset) const {
    constexpr uint64_t kMaxLength = 4096;
    const uint64_t unit = atom.entry_size;
    if (unit == 0 || offset >= atom.size) return std::nullopt;
    uint64_t begin = offset - offset % unit;
    uint64_t end = begin + unit;
    if (atom.has(atom_flag::kStrings)) {
      const auto is_terminator = [&](uint64_t at) {
        return std::all_of(atom.data + at, atom.data + at + unit, [](uint8_t byte) { return byte == 0; });
      };
      while (begin != 0 && offset - begin < kMaxLength && !is_terminator(begin - unit)) begin -= unit;
      while (end < atom.size && end - begin < 2 * kMaxLength && !is_terminator(end - unit)) end += unit;
      if (offset - begin >= kMaxLength || end - begin >= 2 * kMaxLength) return std::nullopt;
    }
    const uint64_t kind = uint64_t{atom.section.value} << 16 | unit << 1 | atom.has(atom_flag::kStrings);
    return Reference{Reference::Kind::Constant, kind, offset - begin, Bytes(atom.data + begin, end - begin), {}};
  }

  // ---- classes

  // Runs of equal hashes, less those members that are not equal to the first after all.
  void form_classes() {
    for (uint32_t begin = 0, end = 0; begin < candidates_.size(); begin = end) {
      while (end < candidates_.size() && candidates_[end].hash == candidates_[begin].hash) end++;
      classes_.push_back({begin, end});
    }
    parallel_for(pool_, classes_.size(), 64, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; i++) keep_equal_members(classes_[i]);
    });
    for (const Candidate& candidate : candidates_) set_class(candidate.id, alone(candidate.id));
    for (const Class& members : classes_) number_class(members);
  }

  void keep_equal_members(Class& members) {
    const auto first = candidates_.begin() + members.begin;
    const auto last = candidates_.begin() + members.end;
    const auto kept = std::stable_partition(
        first + 1, last, [&](const Candidate& other) { return is_equal(link_.atom(first->id), link_.atom(other.id)); });
    members.end = static_cast<uint32_t>(kept - candidates_.begin());
  }

  void number_class(const Class& members) {
    for (uint32_t i = members.begin; i < members.end; i++) {
      const AtomId id = candidates_[i].id;
      set_class(id, members.end - members.begin == 1 ? alone(id) : members.begin + 1);
    }
  }

  bool is_equal(const Atom& a, const Atom& b) const {
    // Where addends stand, and why one is kept, is nothing that they are.
    constexpr uint32_t kOfFile = atom_flag::kImplicitAddends | atom_flag::kRetained;
    if (((a.flags ^ b.flags) & ~kOfFile) != 0 || a.section != b.section || a.size != b.size ||
        a.reloc_count != b.reloc_count)
      return false;
    std::vector<uint8_t> copy_a, copy_b;
    if (!std::ranges::equal(content_of(a, copy_a), content_of(b, copy_b))) return false;
    std::array<Reloc, kBatch> batch_a, batch_b;
    RelocCursor cursor_a, cursor_b;
    const InputFile& file_a = link_.inputs.file(a.file);
    const InputFile& file_b = link_.inputs.file(b.file);
    if (link_.format->fold_kind(link_, file_a, a) != link_.format->fold_kind(link_, file_b, b)) return false;
    while (true) {
      const size_t count = link_.format->decode(link_, file_a, a, cursor_a, batch_a, false);
      if (count != link_.format->decode(link_, file_b, b, cursor_b, batch_b, false)) return false;
      if (count == 0) break;
      for (size_t i = 0; i < count; i++)
        if (!is_equal(batch_a[i], batch_b[i])) return false;
    }
    return std::ranges::equal(description_of(a), description_of(b),
                              [&](const Reloc& one, const Reloc& other) { return is_equal(one, other); });
  }

  bool is_equal(const Reloc& a, const Reloc& b) const {
    if (a.offset != b.offset || a.raw_type != b.raw_type || a.addend != b.addend) return false;
    const Reference reference = reference_of(a);
    return reference.kind != Reference::Kind::Nothing && reference == reference_of(b);
  }

  // ---- refinement

  // False: not settled within the bound.
  bool refine() {
    for (uint32_t round = 0; round < kMaxRounds; round++) {
      std::vector<std::vector<Class>> split(pool_.thread_count());
      parallel_for(pool_, classes_.size(), 256, [&](size_t first, size_t last, uint32_t worker) {
        for (size_t i = first; i < last; i++) split_class(classes_[i], split[worker]);
      });
      bool is_settled = true;
      for (const auto& parts : split) {
        is_settled &= parts.empty();
        for (const Class& part : parts) {
          number_class(part);
          if (part.end - part.begin > 1) classes_.push_back(part);
        }
      }
      if (is_settled) return true;
      std::erase_if(classes_, [](const Class& members) { return members.end - members.begin < 2; });
    }
    return false;
  }

  // Cuts off what refers to other classes than the first member does. Reads classes only: all are numbered between
  // rounds.
  void split_class(Class& members, std::vector<Class>& parts) {
    if (members.end - members.begin < 2 || candidates_[members.begin].edge_count == 0) return;
    const auto first = candidates_.begin() + members.begin;
    const auto last = candidates_.begin() + members.end;
    if (std::all_of(first + 1, last, [&](const Candidate& c) { return compare_edges(*first, c) == 0; })) return;
    std::stable_sort(first, last, [&](const Candidate& a, const Candidate& b) { return compare_edges(a, b) < 0; });
    for (uint32_t begin = members.begin, end = begin; begin < members.end; begin = end) {
      while (end < members.end && compare_edges(candidates_[begin], candidates_[end]) == 0) end++;
      parts.push_back({begin, end});
    }
    members.end = members.begin;
  }

  int compare_edges(const Candidate& a, const Candidate& b) const {
    for (uint32_t i = 0; i < a.edge_count; i++) {
      const uint32_t x = class_of_[a.edges[i].value];
      const uint32_t y = class_of_[b.edges[i].value];
      if (x != y) return x < y ? -1 : 1;
    }
    return 0;
  }

  // ---- result

  void fold() {
    for (const Class& members : classes_) {
      const AtomId leader = candidates_[members.begin].id;
      for (uint32_t i = members.begin + 1; i < members.end; i++) {
        Atom& atom = link_.atom(candidates_[i].id);
        atom.flags |= atom_flag::kFolded;
        if (!link_.fixup_counts.empty()) link_.fixup_counts[candidates_[i].id.value] = {};
        link_.atom(leader).alignment_log2 = std::max(link_.atom(leader).alignment_log2, atom.alignment_log2);
        link_.folded.push_back({leader, candidates_[i].id});
      }
    }
    std::sort(link_.folded.begin(), link_.folded.end());
  }

  Link& link_;
  ThreadPool& pool_;
  Array<uint8_t> marks_;
  Array<uint32_t> class_of_;
  std::vector<AtomId> kept_;
  std::vector<Candidate> candidates_;
  std::vector<std::vector<AtomId>> edges_;
  std::vector<Class> classes_;
};

}  // namespace

void fold_identical(Link& link) {
  if (link.options().icf == IcfMode::None) return;
  const auto timer = link.session.timings.measure("fold_identical");
  Folder(link).run();
}

void settle_folded(Link& link) {
  parallel_for(link.session.pool, link.folded.size(), 1 << 14, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const Atom& leader = link.atom(link.folded[i].leader);
      Atom& atom = link.atom(link.folded[i].atom);
      atom.address = leader.address;
      atom.section = leader.section;
    }
  });
}

}  // namespace xld
