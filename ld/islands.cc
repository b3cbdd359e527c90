// See islands.h.
//
// Sections with code are cut into groups of half a branch's reach; an island stands behind each. A branch is at most a
// group and an island away from its own island, and a thunk there reaches everything.
#include "ld/islands.h"

#include <algorithm>
#include <array>

#include "ld/fold.h"

namespace xld {

namespace {

constexpr size_t kBatch = 64;
constexpr size_t kAtomsPerTask = 256;

bool is_branch(const Reloc& reloc) {
  return reloc.field == Field::Branch26 && reloc.want == Want::Stub && reloc.from == From::Place;
}

BranchTarget target_of(const Reloc& reloc) {
  if (reloc.target_kind == TargetKind::Symbol) return {reloc.symbol(), AtomId(), reloc.addend};
  return {SymbolId(), reloc.atom(), reloc.value + reloc.addend};
}

// What a branch to a symbol leads to is its stub, if there is one. Nothing: it is not part of the output.
std::optional<uint64_t> address_of(const Link& link, const BranchTarget& target) {
  const auto offset = static_cast<uint64_t>(target.offset);
  AtomId atom = target.atom;
  uint64_t value = 0;
  if (target.symbol.is_valid()) {
    const Slots::Record* record = link.slots.record_of(target.symbol);
    if (record && record->stub != Slots::kNone) return link.slots.stub_address(record->stub) + offset;
    atom = link.symbols.atom(target.symbol);
    value = link.symbols.value(target.symbol);
  }
  if (!atom.is_valid() || !link.is_live[atom.value]) return std::nullopt;
  return link.address_of(link.atom(atom), value) + offset;
}

class IslandBuilder {
 public:
  explicit IslandBuilder(Link& link) : link_(link), found_(link.session.pool.thread_count()) {}

  bool extend() {
    if (span_of_code() < link_.arch->branch_reach) return false;
    if (!link_.islands) place_islands();
    link_.format->settle(link_);
    settle_folded(link_);
    for (uint32_t i = 0; i < link_.layout.sections.size(); i++)
      if (i < link_.islands->by_section.size() && !link_.islands->by_section[i].empty()) find_far_branches(i);
    return take_found();
  }

 private:
  struct FarBranch {
    IslandChunk* island = nullptr;
    BranchTarget target;
  };

  uint64_t span_of_code() const {
    uint64_t begin = UINT64_MAX, end = 0;
    for (const OutputSection& section : link_.layout.sections) {
      if (!section.is_executable || section.size == 0) continue;
      begin = std::min(begin, section.address);
      end = std::max(end, section.address + section.size);
    }
    return end > begin ? end - begin : 0;
  }

  void place_islands() {
    link_.islands = std::make_unique<Islands>();
    link_.islands->by_section.resize(link_.layout.sections.size());
    for (uint32_t i = 0; i < link_.layout.sections.size(); i++)
      if (link_.layout.sections[i].is_executable && !link_.layout.sections[i].atoms.empty()) place_islands_in(i);
  }

  void place_islands_in(uint32_t index) {
    const OutputSection& section = link_.layout.sections[index];
    const uint64_t group_size = link_.arch->branch_reach / 2;
    uint64_t group_start = link_.atom(section.atoms[0]).address;
    for (uint32_t i = 1; i < section.atoms.size(); i++) {
      const Atom& atom = link_.atom(section.atoms[i]);
      if (atom.address + atom.size - group_start <= group_size) continue;
      add_island(index, i);
      group_start = atom.address;
    }
    add_island(index, static_cast<uint32_t>(section.atoms.size()));
  }

  void add_island(uint32_t section, uint32_t before) {
    auto& island = link_.islands->all.emplace_back(std::make_unique<IslandChunk>(*link_.arch));
    // Where it is until layout says more.
    const auto& atoms = link_.layout.sections[section].atoms;
    const Atom& last = link_.atom(atoms[before - 1]);
    island->address = last.address + last.size;
    link_.islands->by_section[section].push_back(island.get());
    link_.layout.sections[section].islands.push_back({before, island.get()});
  }

  void find_far_branches(uint32_t index) {
    const std::vector<AtomId>& atoms = link_.layout.sections[index].atoms;
    parallel_for(link_.session.pool, atoms.size(), kAtomsPerTask, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++) find_in_atom(SectionId{index}, link_.atom(atoms[i]), worker);
    });
  }

  void find_in_atom(SectionId section, const Atom& atom, uint32_t worker) {
    if (!atom.relocs || atom.file.value == 0) return;
    const InputFile& file = link_.inputs.file(atom.file);
    RelocCursor cursor;
    std::array<Reloc, kBatch> batch;
    while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false))
      for (size_t i = 0; i < count; i++) consider(section, atom, batch[i], worker);
  }

  void consider(SectionId section, const Atom& atom, const Reloc& reloc, uint32_t worker) {
    if (!is_branch(reloc) || reloc.target_kind == TargetKind::Discarded || reloc.target_kind == TargetKind::Absolute)
      return;
    const BranchTarget target = target_of(reloc);
    const auto address = address_of(link_, target);
    const uint64_t place = atom.address + reloc.offset;
    if (!address || fits(reloc.field, *address - place)) return;
    IslandChunk* island = link_.islands->at(section, place);
    if (island && !island->has(target)) found_[worker].push_back({island, target});
  }

  bool take_found() {
    bool is_changed = false;
    for (std::vector<FarBranch>& list : found_) {
      for (const FarBranch& branch : list) branch.island->targets.push_back(branch.target);
      is_changed |= !list.empty();
    }
    if (!is_changed) return false;
    for (const auto& island : link_.islands->all) {
      std::sort(island->targets.begin(), island->targets.end());
      island->targets.erase(std::unique(island->targets.begin(), island->targets.end()), island->targets.end());
    }
    return true;
  }

  Link& link_;
  std::vector<std::vector<FarBranch>> found_;  // by worker
};

}  // namespace

bool extend_islands(Link& link) {
  if (link.arch->branch_reach == 0 || !link.applies_relocs()) return false;
  return IslandBuilder(link).extend();
}

void settle_islands(Link& link) {
  if (!link.islands) return;
  for (const auto& island : link.islands->all) {
    island->target_addresses.clear();
    for (const BranchTarget& target : island->targets)
      island->target_addresses.push_back(address_of(link, target).value_or(0));
  }
}

std::optional<uint64_t> find_thunk(const Link& link, const Atom& atom, const Reloc& reloc, uint64_t place) {
  if (!link.islands || !is_branch(reloc)) return std::nullopt;
  const IslandChunk* island = link.islands->at(atom.section, place);
  const BranchTarget target = target_of(reloc);
  if (!island || !island->has(target)) return std::nullopt;
  return island->address_of(target);
}

}  // namespace xld
