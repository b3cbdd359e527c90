// The plan of a relocatable output (-r): the input's sections, those of one name joined, each followed by its
// relocations. gABI chapter 4; what is joined follows GNU ld's script for -r, where nothing is renamed.
//
// Sections of a group stay apart from all others, and so do, of one name, those that are kept whatever refers to them
// (SHF_GNU_RETAIN), excluded from programs (SHF_EXCLUDE) or ordered like another section (SHF_LINK_ORDER). Nothing has
// an address: offsets in sections are all there is.
#include <algorithm>
#include <fmt/core.h>
#include <fnmatch.h>
#include <unordered_map>

#include "core/hash.h"
#include "formats/elf/elf.h"
#include "formats/elf/groups.h"
#include "formats/elf/kept_relocs.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/object.h"
#include "formats/elf/plan.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

// Positions in the output; headers and tables have those of section_rank().
constexpr uint32_t kGroupRank = 1;
constexpr uint32_t kContentRank = 2;

constexpr uint64_t kApart = SHF_ALLOC | SHF_TLS | SHF_EXCLUDE | SHF_GNU_RETAIN;
constexpr uint64_t kMergeable = SHF_MERGE | SHF_STRINGS;

// The names --unique does not mean: those GNU ld's script for -r has, as far as compilers write them.
constexpr std::string_view kJoinedNames[] = {
    ".text",    ".init",  ".fini", ".rodata",  ".rodata1", ".eh_frame", ".sframe", ".gcc_except_table",
    ".tdata",   ".tbss",  ".jcr",  ".got",     ".data",    ".data1",    ".bss",    ".lbss",
    ".lrodata", ".ldata", ".stab", ".stabstr", ".comment"};

bool is_joined_name(std::string_view name) {
  return name.starts_with(".debug") || std::ranges::find(kJoinedNames, name) != std::end(kJoinedNames);
}

// What sections have in common that become one.
struct JoinKey {
  std::string_view name;
  uint64_t flags = 0;
  SectionId followed;  // SHF_LINK_ORDER: the output's section it is ordered like
  bool operator==(const JoinKey&) const = default;
};

struct JoinKeyHash {
  size_t operator()(const JoinKey& key) const { return hash_name(key.name) ^ key.flags ^ key.followed.value; }
};

template <class E>
class RelocatablePlanner {
 public:
  explicit RelocatablePlanner(Link& link) : link_(link), sections_(link.layout.sections), relocs_(link) {}

  void run() {
    for (InputFile* file : link_.inputs.files) add_contents(*file, false);
    for (InputFile* file : link_.inputs.files) add_contents(*file, true);
    add_commons();
    for (const InputFile* file : link_.inputs.files) add_groups(*file);
    relocs_.add_for_atoms();
    add_headers(link_);
    add_linker_sections(link_);
    add_file_tables(link_);
    relocs_.add_for_frames();
    for (OutputSection& section : sections_) finish_section(section);
    sort_sections();
    finish_tables(link_);
  }

 private:
  using SectionHeader = typename E::SectionHeader;

  // ---- sections from atoms

  // Followers are placed when the sections they follow are.
  void add_contents(InputFile& file, bool are_followers) {
    if (are_followers && !has_followers_) return;
    const ElfObject& object = object_of(file);
    for (uint32_t i = 1; i < object.section_count; i++) {
      const AtomId id = object.atom_of[i];
      if (!is_linked(link_, id)) continue;
      const auto header = section_header<E>(object, i);
      const bool is_follower = (header.flags & SHF_LINK_ORDER) != 0;
      has_followers_ |= is_follower;
      if (is_follower == are_followers) add_content(object, header, id);
    }
  }

  void add_content(const ElfObject& object, const SectionHeader& header, AtomId id) {
    Atom& atom = link_.atom(id);
    const bool is_grouped = (header.flags & SHF_GROUP) && !link_.dissolves_groups;
    std::string_view name = content_name(string_at(object.section_names, header.name));
    if (link_.options().joins_similar_names && !is_grouped) name = output_section_name(name, header.flags);
    JoinKey key{name, header.flags & kApart, SectionId()};
    if (header.flags & SHF_LINK_ORDER) {
      const AtomId followed = followed_atom(link_, atom);
      if (followed.is_valid()) key.followed = link_.atom(followed).section;
    }
    const bool stays_apart = is_grouped && !atom.has(atom_flag::kUnwind);
    atom.section = stays_apart || is_unique(name) ? new_section(key, header) : section_for(key, header);
    OutputSection& section = sections_[atom.section.value];
    if (stays_apart) section.flags |= SHF_GROUP;
    if (atom.has(atom_flag::kUnwind)) return;  // the frame chunk writes what is left of it
    section.atoms.push_back(id);
  }

  // Old compressed sections are expanded, and the name says so.
  std::string_view content_name(std::string_view name) const {
    return name.starts_with(".zdebug_") ? link_.session.keep(fmt::format(".{}", name.substr(2))) : name;
  }

  bool is_unique(std::string_view name) const {
    const Options& options = link_.options();
    if (options.unique_sections && !is_joined_name(name)) return true;
    return std::ranges::any_of(options.unique_section_globs, [&](const std::string& glob) {
      return ::fnmatch(glob.c_str(), std::string(name).c_str(), 0) == 0;
    });
  }

  SectionId section_for(const JoinKey& key, const SectionHeader& header) {
    const auto [found, is_new] = joined_.try_emplace(key, SectionId{sections_.size()});
    if (is_new) return new_section(key, header);
    OutputSection& section = sections_[found->second.value];
    const bool is_alike = section.entry_size == header.entsize && ((section.flags ^ header.flags) & kMergeable) == 0;
    section.flags |= flags_of(header);
    if (!is_alike) section.flags &= ~kMergeable;
    if (section.entry_size != header.entsize) section.entry_size = 0;
    if (section.type != header.type) section.type = SHT_PROGBITS;
    return found->second;
  }

  SectionId new_section(const JoinKey& key, const SectionHeader& header) {
    OutputSection& section = sections_.emplace_back();
    section.name = key.name;
    section.type = header.type;
    section.flags = flags_of(header);
    section.entry_size = header.entsize;
    section.subject = key.followed;
    section.rank = kContentRank;
    return SectionId{sections_.size() - 1};
  }

  static uint64_t flags_of(const SectionHeader& header) {
    return header.flags & ~uint64_t{SHF_GROUP | SHF_COMPRESSED | SHF_INFO_LINK};
  }

  // -d: commons become ordinary zero-filled memory.
  void add_commons() {
    for (uint32_t i = 0; i < link_.linker_atom_count; i++) {
      const AtomId id{link_.first_linker_atom.value + i};
      Atom& atom = link_.atom(id);
      if (!link_.defines_commons) {
        link_.is_live[id.value] = 0;
        continue;
      }
      const SectionKey& wanted = state_of(link_).section_keys.keys()[atom.section.value];
      SectionHeader header{};
      header.type = wanted.type;
      header.flags = static_cast<typename E::Word>(wanted.flags);
      atom.section = section_for({wanted.name, wanted.flags & kApart, SectionId()}, header);
      sections_[atom.section.value].atoms.push_back(id);
    }
  }

  // ---- groups

  void add_groups(const InputFile& file) {
    if (link_.dissolves_groups) return;
    const ElfObject& object = object_of(file);
    for (uint32_t i = 1; i < object.section_count; i++) {
      const auto header = section_header<E>(object, i);
      if (header.type == SHT_GROUP) add_group(file, i, section_bytes(file, header));
    }
  }

  void add_group(const InputFile& file, uint32_t raw_section, Bytes words) {
    const ElfObject& object = object_of(file);
    OutputGroup group{file.id, raw_section, read<uint32_t>(words, 0).value_or(0), SectionId(), {}};
    for (size_t i = 4; i + 4 <= words.size(); i += 4) {
      const uint32_t member = load<uint32_t>(words.data() + i);
      const AtomId id = member < object.section_count ? object.atom_of[member] : AtomId();
      if (!is_linked(link_, id) || !(sections_[link_.atom(id).section.value].flags & SHF_GROUP)) continue;
      group.members.push_back(link_.atom(id).section);
    }
    if (group.members.empty()) return;
    group.section = SectionId{sections_.size()};
    OutputSection& section = sections_.emplace_back();
    section.name = ".group";
    section.type = SHT_GROUP;
    section.entry_size = 4;
    section.rank = kGroupRank;
    std::vector<OutputGroup>& groups = state_of(link_).groups;
    section.chunks.push_back(add_chunk<GroupChunk>(link_, link_, static_cast<uint32_t>(groups.size())));
    groups.push_back(std::move(group));
  }

  // ---- order

  static void finish_section(OutputSection& section) {
    section.is_allocated = (section.flags & SHF_ALLOC) != 0;
    section.is_writable = (section.flags & SHF_WRITE) != 0;
    section.is_executable = (section.flags & SHF_EXECINSTR) != 0;
    section.is_zero_fill = section.type == SHT_NOBITS;
    const bool is_content = section.is_allocated || (section.flags & SHF_INFO_LINK);
    if (section.rank == 0 && !section.name.empty()) section.rank = is_content ? kContentRank : section_rank(section);
    // In these a pair of zeros ends the list.
    if (section.name == ".debug_loc" || section.name == ".debug_ranges") section.tombstone = 1;
  }

  // gABI: a group stands before its members. Relocations follow what they relocate.
  void sort_sections() {
    std::vector<uint32_t> order(sections_.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    const auto key = [&](uint32_t i) {
      const OutputSection& section = sections_[i];
      const bool is_reloc = (section.flags & SHF_INFO_LINK) != 0;
      return std::tuple(section.rank, is_reloc ? section.subject.value : i, is_reloc);
    };
    std::ranges::sort(order, {}, key);
    std::vector<OutputSection> sorted;
    sorted.reserve(sections_.size());
    new_index_.resize(sections_.size());
    uint32_t next_header = 1;
    for (const uint32_t i : order) {
      new_index_[i] = SectionId{sorted.size()};
      OutputSection& section = sorted.emplace_back(std::move(sections_[i]));
      if (!section.name.empty()) section.header_index = next_header++;
    }
    sections_ = std::move(sorted);
    renumber();
  }

  void renumber() {
    relocs_.renumber(new_index_);
    for (uint32_t i = 0; i < link_.atoms.size(); i++)
      if (link_.is_live[i] && link_.atoms[i].section.is_valid())
        link_.atoms[i].section = new_index_[link_.atoms[i].section.value];
    for (OutputGroup& group : state_of(link_).groups) renumber(group);
  }

  void renumber(OutputGroup& group) {
    group.section = new_index_[group.section.value];
    std::vector<SectionId> members;
    for (const SectionId member : group.members) {
      members.push_back(new_index_[member.value]);
      const SectionId relocs = relocs_.relocs_of(member);
      if (relocs.is_valid()) members.push_back(new_index_[relocs.value]);
    }
    std::ranges::sort(members);
    group.members = std::move(members);
  }

  Link& link_;
  std::vector<OutputSection>& sections_;
  KeptRelocSections relocs_;
  bool has_followers_ = false;
  std::unordered_map<JoinKey, SectionId, JoinKeyHash> joined_;
  std::vector<SectionId> new_index_;  // by old index
};

}  // namespace

void plan_relocatable(Link& link) {
  link.target().word_size == 8 ? RelocatablePlanner<Elf64>(link).run() : RelocatablePlanner<Elf32>(link).run();
}

}  // namespace xld::elf
