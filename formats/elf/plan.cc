// The ELF plan as data. See plan.h.
//
// Order and segments follow GNU ld's default layout with -z separate-code: notes and tables the loader reads, code,
// constants, then written data, what becomes read-only after loading first. Sections without a place in the table go
// beside those of the same kind.
#include "formats/elf/plan.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>
#include <fnmatch.h>
#include <map>
#include <unordered_map>

#include "core/radix_sort.h"
#include "formats/elf/elf.h"
#include "formats/elf/gdb_index.h"
#include "formats/elf/kept_relocs.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/object.h"
#include "formats/elf/shuffle.h"
#include "formats/elf/state.h"
#include "formats/elf/symbol_order.h"

namespace xld::elf {

namespace {

struct RankRow {
  std::string_view name;
  uint32_t rank;
};

// Ranks of known sections; the hundreds are the segments of rank_of_kind().
constexpr RankRow kRanks[] = {
    {"", 0},
    {".interp", 1},
    {".note.Xen", 1},
    {".multiboot", 1},
    {".note.gnu.property", 2},
    {".note.gnu.build-id", 3},
    {".gnu.hash", 10},
    {".hash", 11},
    {".dynsym", 12},
    {".dynstr", 13},
    {".gnu.version", 14},
    {".gnu.version_d", 15},
    {".gnu.version_r", 15},
    {".rela.dyn", 16},
    {".relr.dyn", 18},
    {".rel.dyn", 16},
    {".rela.plt", 17},
    {".rel.plt", 17},
    {".init", 100},
    {".plt", 101},
    {".iplt", 102},
    {".plt.sec", 102},
    {".plt.got", 102},
    {".text", 110},
    {".fini", 120},
    {".rodata", 200},
    {".eh_frame_hdr", 220},
    {".eh_frame", 221},
    {".gcc_except_table", 222},
    {".tdata", 300},
    {".tbss", 302},
    {".preinit_array", 303},
    {".init_array", 304},
    {".fini_array", 305},
    {".ctors", 306},
    {".dtors", 307},
    {".jcr", 308},
    {".data.rel.ro", 309},
    {".openbsd.randomdata", 309},  // as with that system's own linker
    {".bss.rel.ro", 330},
    {".dynamic", 310},
    {".got", 311},
    {".got.plt", 312},
    {".data", 400},
    {".dynptr", 480},
    {".bss", 500},
    {".lrodata", 600},
    {".ldata", 700},
    {".lbss", 800},
    {".comment", 1001},
    {".symtab", 2000},
    {".symtab_shndx", 2001},
    {".strtab", 2002},
    {".shstrtab", 2003},
};

// --keep-first; sections of the inputs stand before those the linker adds with the same rank.
constexpr uint32_t kFirstRank = 1;
// Program headers that stand for no section of their own: PT_PHDR, PT_TLS, PT_GNU_STACK and the like.
constexpr uint64_t kOtherHeaders = 10;

constexpr uint32_t kNoteRank = 4;  // of notes without a row

// For sections without a row: behind the known ones of their kind.
uint32_t rank_of_kind(const OutputSection& section) {
  if (!section.is_allocated) return 1002;
  if (section.is_thread_local) return section.is_zero_fill ? 302 : 301;
  if (section.flags & SHF_X86_64_LARGE) return section.is_zero_fill ? 801 : section.is_writable ? 701 : 601;
  if (section.is_executable) return section.is_writable ? 490 : 115;
  if (section.is_writable) return section.is_zero_fill ? 501 : 410;
  return section.type == SHT_NOTE ? kNoteRank : 210;
}

// Words the loader fills on the first call of a function stay writable, right behind what does not.
constexpr uint32_t kLazyTableRank = 399;

bool becomes_read_only(const OutputSection& section) {
  return section.rank >= 300 && section.rank < kLazyTableRank;
}

class Planner {
 public:
  Planner(Link& link, const PlanVariant& variant)
      : link_(link), variant_(variant), sections_(link.layout.sections), relocs_(link) {}

  void run() {
    if (link_.options().gdb_index) drop_published_names(link_);
    collect_atoms();
    if (variant_.add_head) variant_.add_head(link_);
    add_linker_sections(link_);
    if (!variant_.is_memory_only) add_file_tables(link_);
    if (link_.keeps_relocs()) {
      relocs_.add_for_atoms();
      relocs_.add_for_frames();
    }
    for (OutputSection& section : sections_) finish_section(section);
    find_first_atom();
    apply_section_starts();
    sort_sections();
    sort_atoms();
    put_listed_atoms_first();
    sort_followers();
    relocs_.renumber(new_index_);
    put_first_atom_first();
    choose_addresses();
    place_headers();
    make_segments();
    number_headers();
    align_notes();
    if (variant_.adjust) variant_.adjust(link_);
    finish_tables(link_);
  }

 private:
  // ---- sections from atoms

  void collect_atoms() {
    const std::vector<SectionKey>& keys = state_of(link_).section_keys.keys();
    section_of_key_.assign(keys.size(), SectionId());
    const auto take = [&](uint32_t begin, uint32_t count) {
      for (uint32_t i = begin; i < begin + count; i++)
        if (link_.is_live[i] && !link_.atoms[i].has(atom_flag::kFolded)) take_atom(AtomId{i}, keys);
    };
    for (const InputFile* file : link_.inputs.files) take(file->first_atom.value, file->atom_count);
    take(link_.first_linker_atom.value, link_.linker_atom_count);
  }

  void take_atom(AtomId id, const std::vector<SectionKey>& keys) {
    Atom& atom = link_.atom(id);
    if (variant_.is_memory_only && !atom.has(atom_flag::kAllocated)) {
      link_.is_live[id.value] = 0;
      return;
    }
    const uint32_t key = atom.section.value;
    if (!section_of_key_[key].is_valid()) section_of_key_[key] = section_for(keys[key]);
    atom.section = section_of_key_[key];
    OutputSection& section = sections_[atom.section.value];
    if (atom.has(atom_flag::kUnwind)) return;  // the frame chunk writes what is left of it
    if (atom.has(atom_flag::kMerge)) return add_to_pool(atom, section);
    section.atoms.push_back(id);
  }

  // Sections of one name become one section, unless one is loaded and the other is not.
  SectionId section_for(const SectionKey& key) {
    const auto identity = std::tuple(key.name, (key.flags & SHF_ALLOC) != 0, (key.flags & SHF_TLS) != 0);
    const auto [found, is_new] = by_name_.try_emplace(identity, static_cast<uint32_t>(sections_.size()));
    if (is_new) {
      OutputSection& section = sections_.emplace_back();
      section.name = key.name;
      section.type = key.type;
      section.flags = key.flags;
      return SectionId{found->second};
    }
    OutputSection& section = sections_[found->second];
    section.flags |= key.flags;
    if (section.type != key.type) section.type = SHT_PROGBITS;
    return SectionId{found->second};
  }

  void add_to_pool(Atom& atom, OutputSection& section) {
    const bool is_string = atom.has(atom_flag::kStrings);
    const auto key = std::tuple(atom.section.value, atom.entry_size, is_string);
    const auto [found, is_new] = pools_.try_emplace(key, static_cast<uint16_t>(link_.merge_pools.size()));
    if (is_new) {
      const bool merges_suffixes = is_string && link_.options().optimize >= 2;
      link_.merge_pools.push_back(
          std::make_unique<MergedSection>(MergedSection::Kind{atom.entry_size, is_string, merges_suffixes}));
      section.leading_chunks.push_back(add_merge_chunk(link_, found->second));
      section.entry_size = atom.entry_size;
    }
    atom.reloc_count = link_.merge_pools[found->second]->add(atom.bytes(), atom.alignment());
    atom.order = found->second;
  }

  // ---- order and segments

  void finish_section(OutputSection& section) const {
    section.is_allocated = (section.flags & SHF_ALLOC) != 0;
    section.is_writable = (section.flags & SHF_WRITE) != 0;
    section.is_executable = (section.flags & SHF_EXECINSTR) != 0;
    section.is_thread_local = (section.flags & SHF_TLS) != 0;
    section.is_zero_fill = section.type == SHT_NOBITS;
    if (!section.name.empty()) section.rank = section_rank(section);
    if (section.name == ".got.plt" && is_filled_lazily()) section.rank = kLazyTableRank;
    // A pair of zeros ends these lists.
    bury_dead_references(section);
    mark_constants(section);
  }

  // Tools may merge what consists of nothing but constants of one kind, as the input did.
  void mark_constants(OutputSection& section) const {
    if (section.entry_size == 0 || section.leading_chunks.empty()) return;
    if (!section.atoms.empty() || !section.chunks.empty() || section.leading_chunks.size() != 1) {
      section.entry_size = 0;
      return;
    }
    const auto id = static_cast<uint32_t>(&section - sections_.data());
    const bool is_string = pools_.contains({id, static_cast<uint8_t>(section.entry_size), true});
    section.flags |= SHF_MERGE | (is_string ? SHF_STRINGS : 0);
  }

  bool is_filled_lazily() const { return link_.slots.import_words != 0 && !link_.options().dynamic.bind_now; }

  // --keep-first: the atom stands first in its section, and that first in memory but for headers.
  void find_first_atom() {
    const std::string& name = link_.options().keep_first;
    if (name.empty()) return;
    const SymbolId id = link_.symbols.find(name);
    if (id.is_valid()) first_atom_ = link_.symbols.atom(id);
    if (!first_atom_.is_valid() || link_.atom(first_atom_).has(atom_flag::kMerge | atom_flag::kUnwind)) {
      first_atom_ = AtomId();
      return link_.diagnostics().error(
          fmt::format("--keep-first={}: the symbol is not defined in a section of the inputs", name));
    }
    OutputSection& section = sections_[link_.atom(first_atom_).section.value];
    if (section.type == SHT_NOBITS)
      return link_.diagnostics().error(
          fmt::format("--keep-first={}: it is in {}, which has no contents and so comes last; give it a value", name,
                      section.name));
    section.rank = kFirstRank;
  }

  void put_first_atom_first() {
    if (!first_atom_.is_valid()) return;
    std::vector<AtomId>& atoms = sections_[link_.atom(first_atom_).section.value].atoms;
    const auto found = std::find(atoms.begin(), atoms.end(), first_atom_);
    if (found != atoms.end()) std::rotate(atoms.begin(), found, found + 1);
  }

  // What references from debug information to absent code become.
  void bury_dead_references(OutputSection& section) const {
    if (section.is_allocated) return;
    // In these a pair of zeros ends the list.
    if (section.name == ".debug_loc" || section.name == ".debug_ranges") section.tombstone = 1;
    // Lines of a folded function lead to the code that is executed, so that breakpoints can be set.
    section.follows_folded = section.name == ".debug_line";
    for (const auto& [pattern, value] : link_.options().dead_reloc_values) {
      if (::fnmatch(pattern.c_str(), std::string(section.name).c_str(), 0) != 0) continue;
      section.tombstone = value;
      section.follows_folded = false;
    }
  }

  void apply_section_starts() {
    for (const auto& [name, address] : link_.options().section_start) {
      for (OutputSection& section : sections_)
        if (section.name == name && section.is_allocated) section.fixed_address = address;
    }
  }

  // A program header covers notes of one alignment: those of the strictest come first.
  uint32_t note_order(const OutputSection& section) const {
    if (section.type != SHT_NOTE || section.rank != kNoteRank) return 0;
    uint64_t strictest = 1;
    for (const AtomId id : section.atoms) strictest = std::max(strictest, link_.atom(id).alignment());
    return static_cast<uint32_t>(std::countl_zero(strictest));
  }

  void sort_sections() {
    std::vector<uint32_t> order(sections_.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    const auto place = [&](uint32_t i) { return std::pair(sections_[i].rank, note_order(sections_[i])); };
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return place(a) < place(b); });
    std::vector<OutputSection> sorted;
    sorted.reserve(sections_.size());
    for (const uint32_t i : order) sorted.push_back(std::move(sections_[i]));
    sections_ = std::move(sorted);
    for (uint32_t i = 0; i < sections_.size(); i++) {
      const bool is_relro = link_.options().relro && !link_.options().omagic && becomes_read_only(sections_[i]);
      sections_[i].is_relro = is_relro;
      for (const AtomId id : sections_[i].atoms) link_.atom(id).section = SectionId{i};
    }
    std::vector<SectionId> new_index(order.size());
    for (size_t i = 0; i < order.size(); i++) new_index[order[i]] = SectionId{i};
    renumber_pool_atoms(new_index);
    new_index_ = std::move(new_index);
  }

  // Merged and unwind atoms are not in their section's list, but keep its id for messages and symbols.
  void renumber_pool_atoms(const std::vector<SectionId>& new_index) {
    for (const InputFile* file : link_.inputs.files) {
      for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++) {
        Atom& atom = link_.atoms[i];
        if (link_.is_live[i] && atom.has(atom_flag::kMerge | atom_flag::kUnwind))
          atom.section = new_index[atom.section.value];
      }
    }
  }

  void sort_atoms() {
    shuffle_atoms(link_, sections_);
    for (OutputSection& section : sections_) {
      const bool has_order = section.is_executable || section.type == SHT_INIT_ARRAY ||
                             section.type == SHT_FINI_ARRAY || section.name == ".ctors" || section.name == ".dtors";
      if (!has_order) continue;
      sort_by_order(section.atoms);
    }
  }

  // Each atom is looked at once: comparing them would look at most of them again and again, all over memory.
  void sort_by_order(std::vector<AtomId>& atoms) const {
    std::vector<uint64_t> keys(atoms.size());
    for (size_t i = 0; i < atoms.size(); i++) keys[i] = uint64_t{link_.atom(atoms[i]).order} << 32 | i;
    if (std::is_sorted(keys.begin(), keys.end())) return;
    radix_sort(keys, 4);
    std::vector<AtomId> sorted(atoms.size());
    for (size_t i = 0; i < atoms.size(); i++) sorted[i] = atoms[static_cast<uint32_t>(keys[i])];
    atoms = std::move(sorted);
  }

  // Pieces of one function, or tables that run in the order of the inputs.
  static bool has_fixed_order(const OutputSection& section) {
    return section.name == ".init" || section.name == ".fini" || section.name == ".ctors" || section.name == ".dtors" ||
           section.type == SHT_INIT_ARRAY || section.type == SHT_FINI_ARRAY || section.type == SHT_PREINIT_ARRAY;
  }

  void put_listed_atoms_first() {
    const std::unordered_map<uint32_t, uint32_t> places = read_atom_order(link_);
    if (places.empty()) return;
    const auto is_listed = [&](AtomId id) { return places.contains(id.value); };
    const auto by_place = [&](AtomId a, AtomId b) { return places.at(a.value) < places.at(b.value); };
    for (OutputSection& section : sections_) {
      if (has_fixed_order(section)) continue;
      const auto rest = std::stable_partition(section.atoms.begin(), section.atoms.end(), is_listed);
      std::stable_sort(section.atoms.begin(), rest, by_place);
    }
  }

  // gABI, SHF_LINK_ORDER: pieces that describe others stand in the order of those; pieces among them that describe none
  // come first, as with GNU ld.
  void sort_followers() {
    const auto follows = [&](AtomId id) { return link_.atom(id).has(atom_flag::kFollowsOther); };
    std::unordered_map<uint32_t, uint64_t> positions;  // 0: describes nothing that is linked
    for (const OutputSection& section : sections_)
      for (const AtomId id : section.atoms)
        if (follows(id)) positions[followed_atom(link_, link_.atom(id)).value] = 0;
    if (positions.empty()) return;
    uint64_t position = 0;
    for (const OutputSection& section : sections_) {
      for (const AtomId id : section.atoms) {
        position++;
        if (const auto found = positions.find(id.value); found != positions.end()) found->second = position;
      }
    }
    const auto position_of = [&](AtomId id) {
      return follows(id) ? positions[followed_atom(link_, link_.atom(id)).value] : uint64_t{0};
    };
    for (OutputSection& section : sections_) {
      if (std::none_of(section.atoms.begin(), section.atoms.end(), follows)) continue;
      std::stable_sort(section.atoms.begin(), section.atoms.end(),
                       [&](AtomId a, AtomId b) { return position_of(a) < position_of(b); });
      if (std::all_of(section.atoms.begin(), section.atoms.end(), follows)) section.flags |= SHF_LINK_ORDER;
    }
  }

  uint32_t permissions_of(const OutputSection& section) const {
    if (link_.options().omagic) return PF_R | PF_W | PF_X;
    uint32_t flags = PF_R;
    if (section.is_writable) flags |= PF_W;
    if (section.is_executable) flags |= PF_X;
    if (!link_.options().rosegment && !section.is_writable) flags |= PF_X;
    if (link_.options().separate_code == SeparateCode::None && !section.is_writable) flags |= PF_X;
    return flags;
  }

  // The headers are the only section without a name that comes first.
  bool has_head() const { return !sections_.empty() && sections_.front().name.empty(); }

  // Where an option places the first section (-Ttext), the headers stand on the page before it, as with GNU ld. If
  // there is no room for them, or code is not loaded by pages (boot code), they are in the file only.
  void place_headers() {
    LayoutPlan& plan = link_.layout.plan;
    const Options& options = link_.options();
    if (variant_.has_fixed_base || options.text_segment || options.image_base) return;
    if (sections_.size() < 2 || !has_head()) return;
    const OutputSection& next = sections_[1];
    if (!next.is_allocated || !next.fixed_address) return;
    const uint64_t room = sizeof(Elf64::Header) + (sections_.size() + kOtherHeaders) * sizeof(Elf64::ProgramHeader);
    if (plan.is_paged && *next.fixed_address >= room) {
      plan.base_address = (*next.fixed_address - room) & ~(plan.page_size - 1);
    } else {
      sections_.front().is_allocated = false;
      sections_.front().flags &= ~uint64_t{SHF_ALLOC};
    }
  }

  void make_segments() {
    std::vector<Segment>& segments = link_.layout.segments;
    bool is_after_zero_fill = false;
    const uint32_t begin = has_head() && !sections_.front().is_allocated ? 1 : 0;
    for (uint32_t i = begin; i < sections_.size() && sections_[i].is_allocated; i++) {
      const OutputSection& section = sections_[i];
      const uint32_t flags = permissions_of(section);
      const bool breaks = segments.empty() || segments.back().flags != flags || section.fixed_address ||
                          (is_after_zero_fill && !section.is_zero_fill);
      if (breaks) segments.push_back(make_segment(flags, i));
      segments.back().last = i + 1;
      if (breaks) is_after_zero_fill = false;
      is_after_zero_fill |= section.is_zero_fill && !section.is_thread_local && !section.is_relro;
    }
  }

  Segment make_segment(uint32_t flags, uint32_t first) const {
    Segment segment;
    segment.flags = flags;
    segment.first = first;
    segment.last = first + 1;
    const std::vector<Segment>& segments = link_.layout.segments;
    const bool touches_code = (flags & PF_X) || (!segments.empty() && (segments.back().flags & PF_X));
    segment.starts_new_page = link_.options().separate_code == SeparateCode::LoadableSegments ||
                              (link_.options().separate_code == SeparateCode::Code && touches_code);
    return segment;
  }

  // The program headers for notes depend on alignments, and their number is needed before alignments are settled.
  void align_notes() {
    for (OutputSection& section : sections_) {
      if (section.type != SHT_NOTE) continue;
      for (const AtomId id : section.atoms) section.alignment = std::max(section.alignment, link_.atom(id).alignment());
      for (const Chunk* chunk : section.chunks) section.alignment = std::max(section.alignment, chunk->alignment);
    }
  }

  void number_headers() {
    uint32_t next = 1, next_separate = 1;
    for (OutputSection& section : sections_) {
      if (section.name.empty()) continue;
      section.header_index = section.is_separate ? next_separate++ : next++;
      if (section.is_allocated) next_separate = next;
    }
  }

  void choose_addresses() {
    LayoutPlan& plan = link_.layout.plan;
    const Target& target = link_.target();
    plan.base_address = link_.options().text_segment.value_or(link_.options().image_base.value_or(target.image_base));
    plan.page_size = target.max_page_size;
    plan.relro_page_size = target.common_page_size;
    plan.is_paged = !link_.options().omagic && !link_.options().nmagic;
    plan.is_flat = link_.options().output_format == OutputFormatKind::Binary;
    plan.load_base = link_.options().physical_base;
  }

  Link& link_;
  const PlanVariant& variant_;
  AtomId first_atom_;
  std::vector<OutputSection>& sections_;
  KeptRelocSections relocs_;
  std::vector<SectionId> section_of_key_;
  std::vector<SectionId> new_index_;  // by index before sections were sorted
  std::map<std::tuple<std::string_view, bool, bool>, uint32_t> by_name_;
  std::map<std::tuple<uint32_t, uint8_t, bool>, uint16_t> pools_;
};

}  // namespace

uint32_t section_rank(const OutputSection& section) {
  for (const RankRow& row : kRanks) {
    if (row.name != section.name) continue;
    // A table row is for sections of the kind their name promises.
    const bool is_loaded_row = row.rank < 1000;
    const bool is_writable_row = row.rank >= 300 && row.rank < 600;
    if (is_loaded_row == section.is_allocated &&
        (!is_loaded_row || row.rank >= 600 || is_writable_row == section.is_writable))
      return row.rank;
  }
  return rank_of_kind(section);
}

void plan_as(Link& link, const PlanVariant& variant) {
  const auto timer = link.session.timings.measure("plan");
  Planner(link, variant).run();
}

void plan(Link& link) {
  if (!link.applies_relocs()) return plan_relocatable(link);
  if (link.options().output_format == OutputFormatKind::Binary) return plan_as(link, {nullptr, true});
  plan_as(link, {add_headers});
}

}  // namespace xld::elf
