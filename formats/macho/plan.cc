// The Mach-O plan as data: sections by segment, zero fill last in each, headers inside __TEXT, tables in __LINKEDIT.
//
// The unmapped pages below the base address (__PAGEZERO) hold nothing, so layout knows them as the base address only.
// __TEXT begins with a section without a name that holds the header and the load commands; it and the one of __LINKEDIT
// exist for layout and emission and get no section header.
#include "formats/macho/plan.h"

#include <algorithm>
#include <map>

#include "formats/macho/fixups.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/section_names.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/merge_chunk.h"

namespace xld::macho {

namespace {

struct RankRow {
  std::string_view name;
  uint32_t rank;
};

constexpr uint32_t kOtherSegment = 300, kLinkEditRank = 900;
constexpr uint32_t kSegmentStep = 100, kZeroFillStep = 90, kOtherSection = 50;

// The hundreds are segments.
constexpr RankRow kRanks[] = {
    {"__TEXT,", 0},           {"__TEXT,__text", 1},     {"__TEXT,__stubs", 2},
    {"__TEXT,__const", 51},   {"__TEXT,__cstring", 52}, {"__DATA_CONST,", 100},
    {"__DATA,", 200},         {"__DATA,__got", 201},    {"__DATA,__mod_init_func", 202},
    {"__DATA,__const", 203},  {"__DATA,__data", 251},   {"__DATA,__bss", 290},
    {"__DATA,__common", 291},
};

class Planner {
 public:
  explicit Planner(Link& link) : link_(link), sections_(link.layout.sections) {}

  void run() {
    take_atoms();
    settle_versions();
    add_linker_sections();
    for (OutputSection& section : sections_) finish_section(section);
    sort_sections_by_rank(link_);
    make_segments();
    number_headers();
    choose_addresses();
  }

 private:
  // ---- sections from atoms
  // ---------------------------------------------------------------------------------------------

  void take_atoms() {
    collect_atoms(
        link_, state_of(link_).section_keys, [&](const SectionKey& key) { return section_for(key); },
        [&](AtomId id, Atom& atom) {
          if (atom.has(atom_flag::kMerge)) return add_to_pool(atom);
          sections_[atom.section.value].atoms.push_back(id);
        });
  }

  // Sections of one name become one; if their types differ, it is an ordinary one.
  SectionId section_for(const SectionKey& key) {
    OutputSection& section = section_named(key.name, key.type);
    section.flags |= key.flags;
    if (section.type != key.type) section.type = S_REGULAR;
    return SectionId{static_cast<size_t>(&section - sections_.data())};
  }

  OutputSection& section_named(std::string_view name, uint32_t type) {
    const auto [found, is_new] = by_name_.try_emplace(name, static_cast<uint32_t>(sections_.size()));
    if (!is_new) return sections_[found->second];
    OutputSection& section = sections_.emplace_back();
    section.name = name;
    section.type = type;
    return section;
  }

  void add_to_pool(Atom& atom) {
    const bool is_string = atom.has(atom_flag::kStrings);
    const auto [found, is_new] =
        pools_.try_emplace({atom.section.value, atom.entry_size}, static_cast<uint16_t>(link_.merge_pools.size()));
    if (is_new) {
      link_.merge_pools.push_back(
          std::make_unique<MergedSection>(MergedSection::Kind{atom.entry_size, is_string, false}));
      auto* chunk = add_chunk<MergeChunk>(*link_.merge_pools.back());
      link_.merge_chunks.push_back(chunk);
      sections_[atom.section.value].leading_chunks.push_back(chunk);
    }
    atom.reloc_count = link_.merge_pools[found->second]->add(atom.bytes(), atom.alignment());
    atom.order = found->second;
  }

  // ---- what the linker adds
  // --------------------------------------------------------------------------------------------

  template <class T, class... Arguments>
  T* add_chunk(Arguments&&... arguments) {
    auto chunk = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    T* result = chunk.get();
    link_.chunks.push_back(std::move(chunk));
    return result;
  }

  // The command line says which system the output is for, else the newest of the objects does.
  void settle_versions() {
    MachoState& state = state_of(link_);
    for (const InputFile* file : link_.inputs.files) {
      const MachoObject& object = object_of(*file);
      if (object.platform == 0 || object.minimum_os < state.minimum_os) continue;
      state.platform = object.platform;
      state.minimum_os = object.minimum_os;
      state.sdk = std::max(state.sdk, object.sdk);
    }
    const PlatformVersion& wanted = link_.options().platform;
    if (wanted.minimum_os == 0) return;
    state.platform = kPlatformMacos;
    state.minimum_os = wanted.minimum_os;
    state.sdk = wanted.sdk;
    if (wanted.platform != "macos" && wanted.platform != "1")
      link_.diagnostics().error("-platform_version " + wanted.platform + ": only macos is supported yet");
  }

  void add_linker_sections() {
    MachoState& state = state_of(link_);
    state.header = add_chunk<HeaderChunk>(link_);
    section_named("__TEXT,", S_REGULAR).chunks.push_back(state.header);
    if (link_.slots.got_words != 0)
      section_named(kGotSection, S_NON_LAZY_SYMBOL_POINTERS).chunks.push_back(add_chunk<GotChunk>(link_));

    // In the order of <mach-o/loader.h>'s tables that strip and install_name_tool insist on.
    OutputSection& tables = section_named("__LINKEDIT,", S_REGULAR);
    if (is_position_independent(link_.target().output))
      tables.chunks.push_back(state.rebase = add_chunk<RebaseChunk>(link_));
    tables.chunks.push_back(state.symbol_table = add_chunk<SymbolTableChunk>(link_));
    if (link_.slots.got_words != 0)
      tables.chunks.push_back(state.indirect_symbols = add_chunk<IndirectSymbolsChunk>(link_));
    tables.chunks.push_back(state.symbol_names = add_chunk<SymbolNamesChunk>(*state.symbol_table));
  }

  // ---- order and segments
  // ----------------------------------------------------------------------------------------------

  void finish_section(OutputSection& section) {
    const std::string_view segment = segment_of(section.name);
    section.is_allocated = true;
    section.is_writable = (protection_of(segment) & VM_PROT_WRITE) != 0;
    section.is_executable = (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) != 0;
    section.is_zero_fill = section.type == S_ZEROFILL;
    section.rank = rank_of(section, segment);
  }

  uint32_t rank_of(const OutputSection& section, std::string_view segment) {
    for (const RankRow& row : kRanks)
      if (row.name == section.name && (!section.is_zero_fill || row.rank % kSegmentStep >= kZeroFillStep))
        return row.rank;
    return segment_rank(segment) + (section.is_zero_fill ? kZeroFillStep + 5 : kOtherSection);
  }

  uint32_t segment_rank(std::string_view segment) {
    if (segment == kLinkEdit) return kLinkEditRank * kSegmentStep;
    for (const RankRow& row : kRanks)
      if (segment_of(row.name) == segment) return row.rank;
    const auto [found, is_new] = other_segments_.try_emplace(
        segment, kOtherSegment + kSegmentStep * static_cast<uint32_t>(other_segments_.size()));
    return found->second;
  }

  static uint32_t protection_of(std::string_view segment) {
    if (segment == "__TEXT") return VM_PROT_READ | VM_PROT_EXECUTE;
    if (segment == kLinkEdit) return VM_PROT_READ;
    return VM_PROT_READ | VM_PROT_WRITE;
  }

  void make_segments() {
    std::vector<Segment>& segments = link_.layout.segments;
    for (uint32_t i = 0; i < sections_.size(); i++) {
      const std::string_view segment = segment_of(sections_[i].name);
      if (segments.empty() || segment_of(sections_[segments.back().first].name) != segment) {
        segments.emplace_back().first = i;
        segments.back().flags = protection_of(segment);
      }
      segments.back().last = i + 1;
    }
  }

  void number_headers() {
    uint32_t next = 1;
    for (OutputSection& section : sections_)
      if (!section_of(section.name).empty()) section.header_index = next++;
    if (next > kMaxSections + 1)
      link_.diagnostics().error(
          "the output has more than 255 sections, which Mach-O cannot express; give sections of the "
          "inputs equal names");
  }

  void choose_addresses() {
    LayoutPlan& plan = link_.layout.plan;
    plan.base_address = link_.options().image_base.value_or(link_.target().image_base);
    plan.page_size = link_.target().max_page_size;
    if (plan.base_address % plan.page_size != 0)
      link_.diagnostics().error("-image_base: the address is not a multiple of the page size");
  }

  Link& link_;
  std::vector<OutputSection>& sections_;
  std::map<std::string_view, uint32_t> by_name_;
  std::map<std::pair<uint32_t, uint8_t>, uint16_t> pools_;
  std::map<std::string_view, uint32_t> other_segments_;
};

}  // namespace

void plan(Link& link) {
  const auto timer = link.session.timings.measure("plan");
  Planner(link).run();
}

const OutputSection* find_section(const Link& link, std::string_view name) {
  for (const OutputSection& section : link.layout.sections)
    if (section.name == name) return &section;
  return nullptr;
}

}  // namespace xld::macho
