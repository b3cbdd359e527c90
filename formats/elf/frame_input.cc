// Splitting the .eh_frame sections of an object and finding the code each entry describes. See frames.h.
//
// The code is found through the relocation of an entry's first pointer, whatever symbol that uses: an entry whose code
// another file provides, or that describes nothing relocatable, is not linked.
#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/frames.h"

namespace xld::elf {

namespace {

struct RawReloc {
  uint64_t offset = 0;
  uint32_t symbol = 0;
};

template <class E>
class FrameReader {
 public:
  FrameReader(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), object_(object_of(file)), arena_(link.session.arena(worker)) {}

  void read() {
    for (uint32_t i = 0; i < file_.atom_count; i++) {
      const AtomId id{file_.first_atom.value + i};
      if (link_.atom(id).has(atom_flag::kUnwind)) read_section(id);
      if (link_.atom(id).has(atom_flag::kFollowsOther)) add_follower(id);
    }
    if (link_.options().gc_sections) add_groups();
    if (!std::is_sorted(entries_.begin(), entries_.end(), by_owner<FrameEntry>))
      std::stable_sort(entries_.begin(), entries_.end(), by_owner<FrameEntry>);
    std::stable_sort(companions_.begin(), companions_.end(), by_owner<Companion>);
    object_.frame_entries = keep(entries_);
    object_.frame_commons = keep(commons_);
    file_.companions = keep(companions_);
  }

 private:
  template <class T>
  static bool by_owner(const T& a, const T& b) {
    return a.owner < b.owner;
  }

  template <class T>
  std::span<T> keep(const std::vector<T>& items) {
    const std::span<T> kept = arena_.allocate_array<T>(items.size());
    std::copy(items.begin(), items.end(), kept.begin());
    return kept;
  }

  void add_follower(AtomId id) {
    const auto header = section_header<E>(object_, link_.atom(id).raw);
    if (!(header.flags & SHF_LINK_ORDER) || header.link >= object_.section_count) return;
    const AtomId owner = object_.atom_of[header.link];
    if (owner.is_valid() && owner != kDiscardedAtom) companions_.push_back({owner, id, 0, 0, true});
  }

  // gABI "Section Groups": the sections of a group stay or go together.
  void add_groups() {
    for (uint32_t i = 1; i < object_.section_count; i++) {
      const auto header = section_header<E>(object_, i);
      if (header.type == SHT_GROUP) add_group(section_bytes(file_, header));
    }
  }

  // Each loaded section leads to the next, the last to the first; the others follow the first.
  void add_group(Bytes words) {
    std::vector<AtomId> loaded, others;
    for (size_t i = 4; i + 4 <= words.size(); i += 4) {
      const uint32_t member = load<uint32_t>(words.data() + i);
      const AtomId id = member < object_.section_count ? object_.atom_of[member] : AtomId();
      if (!id.is_valid() || id == kDiscardedAtom || link_.atom(id).has(atom_flag::kUnwind)) continue;
      (link_.atom(id).has(atom_flag::kAllocated) ? loaded : others).push_back(id);
    }
    if (loaded.empty()) return;
    for (size_t i = 0; i < loaded.size() && loaded.size() > 1; i++)
      companions_.push_back({loaded[i], loaded[(i + 1) % loaded.size()], 0, 0, true});
    for (const AtomId id : others) {
      link_.atom(id).flags |= atom_flag::kFollowsOther;
      companions_.push_back({loaded.front(), id, 0, 0, true});
    }
  }

  void read_section(AtomId id) {
    const Atom& atom = link_.atom(id);
    std::vector<EhRecord> records;
    const auto split = split_eh_frame(atom.bytes(), records);
    if (!split) return report_section(link_, file_, atom.raw, split.error().message);
    object_.ends_frames |= *split;
    load_relocs(atom);
    // What a disorderly section refers to is kept as a whole.
    if (!relocs_are_sorted_) companions_.push_back({AtomId(), id, 0, reloc_count()});
    std::vector<uint32_t> common_of(records.size());
    uint32_t next_reloc = 0;
    for (uint32_t i = 0; i < records.size(); i++) {
      const auto [first, count] = relocs_in(records[i], next_reloc);
      if (records[i].is_cie()) {
        common_of[i] = static_cast<uint32_t>(commons_.size());
        if (!add_common(id, atom, records[i], first, count)) return;
      } else {
        add_entry(id, atom, records[i], common_of[records[i].cie], first, count);
      }
    }
  }

  void load_relocs(const Atom& atom) {
    relocs_ = {};
    reloc_size_ = 0;
    if (!atom.relocs) return;
    reloc_size_ = atom.has(atom_flag::kImplicitAddends) ? sizeof(typename E::Rel) : sizeof(typename E::Rela);
    relocs_ = {atom.relocs, atom.reloc_count * reloc_size_};
    relocs_are_sorted_ = true;
    for (uint32_t i = 1; i < reloc_count() && relocs_are_sorted_; i++)
      relocs_are_sorted_ = reloc(i - 1).offset <= reloc(i).offset;
  }

  uint32_t reloc_count() const { return reloc_size_ == 0 ? 0 : static_cast<uint32_t>(relocs_.size() / reloc_size_); }

  // REL and RELA records begin alike.
  RawReloc reloc(uint32_t index) const {
    const auto record = load<typename E::Rel>(relocs_.data() + size_t{index} * reloc_size_);
    return {record.offset, record.symbol()};
  }

  // The relocations of a record. Those of a section are nearly always in order of offset; if not, each record is given
  // all of them, and the relocator takes what concerns it.
  std::pair<uint32_t, uint32_t> relocs_in(const EhRecord& record, uint32_t& next) const {
    if (!relocs_are_sorted_) return {0, reloc_count()};
    while (next < reloc_count() && reloc(next).offset < record.offset) next++;
    const uint32_t first = next;
    while (next < reloc_count() && reloc(next).offset < uint64_t{record.offset} + record.size) next++;
    return {first, next - first};
  }

  bool add_common(AtomId id, const Atom& atom, const EhRecord& record, uint32_t first, uint32_t count) {
    const auto facts = parse_cie(atom.bytes(), record, E::kWordSize);
    if (!facts) {
      report_section(link_, file_, atom.raw, facts.error().message);
      return false;
    }
    commons_.push_back({record.offset, record.size, first, count, id, facts->fde_encoding});
    if (count != 0) companions_.push_back({AtomId(), id, first, count});
    return true;
  }

  void add_entry(AtomId id, const Atom& atom, const EhRecord& record, uint32_t common, uint32_t first, uint32_t count) {
    const uint32_t pc_offset = eh_pc_begin_offset(atom.bytes(), record);
    for (uint32_t i = first; i < first + count; i++) {
      const RawReloc found = reloc(i);
      if (found.offset != pc_offset) continue;
      const AtomId owner = atom_of_symbol(found.symbol);
      if (!owner.is_valid() || owner == kDiscardedAtom) return;
      entries_.push_back({record.offset, record.size, common, first, count, owner, id});
      // What else the entry refers to (its language-specific data) lives with the code. A personality, which the common
      // record refers to, describes the code, too: folding must see it.
      const bool has_personality = commons_[common].reloc_count != 0;
      if (relocs_are_sorted_ && (count > 1 || has_personality))
        companions_.push_back({owner, id, first + 1, count - 1});
      // In disorder it is not known which relocations these are: see read_section.
      if (!relocs_are_sorted_) companions_.push_back({owner, id});
      return;
    }
  }

  AtomId atom_of_symbol(uint32_t index) const {
    if (index >= object_.symbol_count) return {};
    const uint32_t section = section_index(object_, index, raw_symbol<E>(object_, index));
    return section < object_.section_count ? object_.atom_of[section] : AtomId();
  }

  Link& link_;
  InputFile& file_;
  ElfObject& object_;
  Arena& arena_;
  Bytes relocs_;
  size_t reloc_size_ = 0;
  bool relocs_are_sorted_ = true;
  std::vector<FrameEntry> entries_;
  std::vector<FrameCommon> commons_;
  std::vector<Companion> companions_;
};

}  // namespace

template <class E>
void read_frames(Link& link, InputFile& file, uint32_t worker) {
  FrameReader<E>(link, file, worker).read();
}

template void read_frames<Elf32>(Link&, InputFile&, uint32_t);
template void read_frames<Elf64>(Link&, InputFile&, uint32_t);

}  // namespace xld::elf
