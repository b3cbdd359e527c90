// The Mach-O plan as data: sections by segment, zero fill last in each, headers inside __TEXT, tables in __LINKEDIT.
//
// The unmapped pages below the base address (__PAGEZERO) hold nothing, so layout knows them as the base address only.
// __TEXT begins with a section without a name that holds the header and the load commands; it and the one of __LINKEDIT
// exist for layout and emission and get no section header.
#include "formats/macho/plan.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/macho/call_profile.h"
#include "formats/macho/init_offsets.h"
#include "formats/macho/lazy_stubs.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/objc.h"
#include "formats/macho/order_file.h"
#include "formats/macho/section_names.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/macho/unwind_info.h"
#include "formats/macho/versions.h"
#include "formats/merge_chunk.h"

namespace xld::macho {

namespace {

struct RankRow {
  std::string_view name;
  uint32_t rank;
};

constexpr uint32_t kOtherSegment = 300, kLinkEditRank = 900;
constexpr uint32_t kSegmentStep = 100, kOtherSection = 50;

// The hundreds are segments. As with Apple's linker and LLD: what has no row stands in the order of the input, between
// what the linker makes at both ends; thread-local templates are two sections that follow each other, and zero fill is
// last.
constexpr RankRow kRanks[] = {
    {"__TEXT,", 0},
    {"__TEXT,__text", 1},
    {"__TEXT,__stubs", 2},
    {"__TEXT,__stub_helper", 3},
    {"__TEXT,__objc_stubs", 4},
    {"__TEXT,__init_offsets", 5},
    {"__TEXT,__unwind_info", 81},
    {"__TEXT,__eh_frame", 82},
    {"__DATA_CONST,", 100},
    {"__DATA_CONST,__got", 101},
    {"__DATA_CONST,__const", 103},
    {"__DATA,", 200},
    {"__DATA,__got", 201},
    {"__DATA,__la_symbol_ptr", 202},
    {"__DATA,__const", 203},
};

struct TypeRankRow {
  uint32_t type, rank;  // in its segment
};

constexpr TypeRankRow kTypeRanks[] = {{S_THREAD_LOCAL_VARIABLE_POINTERS, 83},
                                      {S_THREAD_LOCAL_REGULAR, 84},
                                      {S_THREAD_LOCAL_ZEROFILL, 85},
                                      {S_ZEROFILL, 90}};

// What moves to __DATA_CONST where there is one: the program does not write to it.
constexpr std::string_view kConstSections[] = {
    "__DATA,__got",
    "__DATA,__auth_got",
    "__DATA,__auth_ptr",
    "__DATA,__nl_symbol_ptr",
    "__DATA,__const",
    "__DATA,__mod_init_func",
    "__DATA,__mod_term_func",
    "__DATA,__cfstring",
    "__DATA,__objc_classlist",
    "__DATA,__objc_nlclslist",
    "__DATA,__objc_catlist",
    "__DATA,__objc_nlcatlist",
    "__DATA,__objc_protolist",
    "__DATA,__objc_imageinfo",
};

class Planner {
 public:
  explicit Planner(Link& link) : link_(link), sections_(link.layout.sections) {}

  void run() {
    rename_sections();
    collect_atoms();
    order_pools();
    order_functions();
    order_atoms();
    number_imports(link_);
    number_lazy_stubs(link_);
    add_linker_sections();
    create_sections();
    align_sections();
    for (OutputSection& section : sections_) finish_section(section);
    sort_sections();
    make_segments();
    number_headers();
    choose_addresses();
  }

 private:
  // ---- sections from atoms

  void collect_atoms() {
    const std::vector<SectionKey>& keys = state_of(link_).section_keys.keys();
    section_of_key_.assign(keys.size(), SectionId());
    const auto take = [&](uint32_t begin, uint32_t count) {
      for (uint32_t i = begin; i < begin + count; i++) {
        if (!link_.is_live[i] || link_.atoms[i].has(atom_flag::kFolded)) continue;
        if (!link_.atoms[i].has(atom_flag::kUnwind)) {
          take_atom(AtomId{i}, keys);
        } else if (becomes_offsets(link_, link_.atoms[i])) {
          take_init_table(AtomId{i}, keys);
        }
      }
    };
    // Common symbols are placed before anything is read of sections, as with LLD.
    take(link_.first_linker_atom.value, link_.linker_atom_count);
    for (const InputFile* file : link_.inputs.files) take(file->first_atom.value, file->atom_count);
  }

  void take_atom(AtomId id, const std::vector<SectionKey>& keys) {
    Atom& atom = link_.atom(id);
    const uint32_t key = atom.section.value;
    SectionId& known = section_of_key_[key];
    if (!known.is_valid()) known = section_for(key, keys[key]);
    if (const auto table = tables_.find(key); table != tables_.end()) priorities_[id] = table->second;
    atom.section = known;
    if (atom.has(atom_flag::kMerge)) return add_to_pool(atom);
    sections_[known.value].atoms.push_back(id);
  }

  void take_init_table(AtomId id, const std::vector<SectionKey>& keys) {
    const auto table = function_table(keys[link_.atom(id).section.value].name);
    if (table) priorities_[id] = table->priority;
    init_tables_.push_back(id);
  }

  // What the options and __DATA_CONST make of names: first sections, then segments.
  void rename_sections() {
    const DarwinOptions& options = link_.options().darwin;
    for (const auto& [from, to] : options.renamed_sections) new_names_[from] = to;  // they live as long as the link
    if (!state_of(link_).features.has_data_const) return;
    for (const std::string_view name : kConstSections)
      new_names_.try_emplace(name, link_.session.keep(fmt::format("__DATA_CONST,{}", section_of(name))));
  }

  std::string_view renamed(std::string_view name) {
    const auto found = new_names_.find(name);
    if (found != new_names_.end()) name = found->second;
    for (const auto& [from, to] : link_.options().darwin.renamed_segments)
      if (segment_of(name) == from) name = link_.session.keep(fmt::format("{},{}", to, section_of(name)));
    return name;
  }

  // Sections of one name become one; if their types differ, it is an ordinary one.
  SectionId section_for(uint32_t index, const SectionKey& key) {
    std::string_view name = key.name;
    const bool has_functions = key.type == S_MOD_INIT_FUNC_POINTERS || key.type == S_MOD_TERM_FUNC_POINTERS;
    if (const auto table = has_functions ? function_table(name) : std::nullopt) {
      tables_[index] = table->priority;
      name = table->name;
    }
    OutputSection& section = by_name_.get(renamed(name), key.type);
    section.flags |= key.flags;
    if (section.type != key.type) section.type = S_REGULAR;
    return SectionId{static_cast<size_t>(&section - sections_.data())};
  }

  void add_to_pool(Atom& atom) {
    const bool is_string = atom.has(atom_flag::kStrings);
    const auto [found, is_new] =
        pools_.try_emplace({atom.section.value, atom.entry_size}, static_cast<uint16_t>(link_.merge_pools.size()));
    if (is_new) {
      link_.merge_pools.push_back(
          std::make_unique<MergedSection>(MergedSection::Kind{atom.entry_size, is_string, false}));
      auto* chunk = add_chunk<MergeChunk>(link_, *link_.merge_pools.back());
      link_.merge_chunks.push_back(chunk);
      sections_[atom.section.value].leading_chunks.push_back(chunk);
    }
    atom.reloc_count = link_.merge_pools[found->second]->add(atom.bytes(), atom.alignment());
    atom.order = found->second;
  }

  // The largest constants of a section come first, so that there is no padding between them.
  void order_pools() {
    for (auto pool = pools_.rbegin(); pool != pools_.rend(); ++pool) {
      auto& chunks = sections_[pool->first.first].leading_chunks;
      Chunk* chunk = link_.merge_chunks[pool->second];
      chunks.erase(std::find(chunks.begin(), chunks.end(), chunk));
      chunks.push_back(chunk);
    }
  }

  // What has a priority runs before what has none.
  void order_functions() {
    if (priorities_.empty()) return;
    const auto priority = [&](AtomId id) {
      const auto found = priorities_.find(id);
      return found == priorities_.end() ? UINT32_MAX : found->second;
    };
    const auto sort = [&](std::vector<AtomId>& tables) {
      std::stable_sort(tables.begin(), tables.end(), [&](AtomId a, AtomId b) { return priority(a) < priority(b); });
    };
    for (OutputSection& section : sections_)
      if (section.type == S_MOD_INIT_FUNC_POINTERS || section.type == S_MOD_TERM_FUNC_POINTERS) sort(section.atoms);
    sort(init_tables_);
  }

  // What the lists name comes first, in their order, then what call profiles speak of.
  void order_atoms() {
    std::map<AtomId, uint32_t> order = read_order(link_);
    if (link_.options().sorts_by_calls) link_.call_order = order_of_calls(link_);
    constexpr uint32_t kBehindLists = UINT32_MAX / 2;
    for (uint32_t i = 0; i < link_.call_order.size(); i++) order.try_emplace(link_.call_order[i], kBehindLists + i);
    if (order.empty()) return;
    const auto rank = [&](AtomId id) {
      const auto found = order.find(id);
      return found == order.end() ? UINT32_MAX : found->second;
    };
    for (OutputSection& section : sections_)
      std::stable_sort(section.atoms.begin(), section.atoms.end(),
                       [&](AtomId a, AtomId b) { return rank(a) < rank(b); });
  }

  // -sectcreate: the content of a file as a section.
  void create_sections() {
    for (const SectionFile& created : link_.options().darwin.created_sections) {
      const std::string_view name = link_.session.keep(fmt::format("{},{}", created.segment, created.section));
      OutputSection& section = by_name_.get(renamed(name), S_REGULAR);
      auto* chunk = add_chunk<TableChunk>(link_, 1);
      section.chunks.push_back(chunk);
      if (created.path.empty()) continue;
      const auto bytes = link_.open_referenced(created.path);
      if (bytes) {
        chunk->bytes.assign(bytes->begin(), bytes->end());
      } else {
        link_.diagnostics().error(fmt::format("-sectcreate: cannot open {}: {}", created.path, bytes.error().message));
      }
    }
  }

  // -sectalign
  void align_sections() {
    for (const auto& [name, alignment] : link_.options().darwin.section_alignments) {
      OutputSection* section = by_name_.find(name);
      if (section) section->alignment = std::max(section->alignment, alignment);
    }
  }

  // ---- what the linker adds

  // A table of the linker's, whose rows are counted from the section's start: those of objects would be counted, too.
  OutputSection& own_section(std::string_view name, uint32_t type) {
    const OutputSection* known = by_name_.find(name);
    if (known && known->type != type) report_conflict(name, SectionId{static_cast<size_t>(known - sections_.data())});
    return by_name_.get(name, type);
  }

  void report_conflict(std::string_view name, SectionId section) const {
    for (uint32_t i = 0; i < link_.first_linker_atom.value; i++) {
      const Atom& atom = link_.atoms[i];
      if (!link_.is_live[i] || atom.section != section) continue;
      const InputFile& file = link_.inputs.file(atom.file);
      return link_.diagnostics().error(
          fmt::format(
              "section from {} conflicts with synthetic section {}, which the linker makes; give it another name",
              file.display_name(), name),
          file.id);
    }
  }

  void add_linker_sections() {
    MachoState& state = state_of(link_);
    state.header = add_chunk<HeaderChunk>(link_, link_);
    by_name_.get("__TEXT,", S_REGULAR).chunks.push_back(state.header);
    if (state.features.has_lazy_pointers && link_.slots.stub_words != 0) add_lazy_pointers();
    if (!state.lazy_stubs.empty()) add_lazy_binding();
    if (got_word_count(link_) != 0) {
      state.pointers = add_chunk<GotChunk>(link_, link_);
      const std::string_view name = is_classic(link_.options()) ? kClassicPointerSection : "__DATA,__got";
      own_section(renamed(name), S_NON_LAZY_SYMBOL_POINTERS).chunks.push_back(state.pointers);
    }
    if (thread_pointer_count(link_) != 0) {
      state.thread_pointers = add_chunk<ThreadPointersChunk>(link_, link_);
      own_section(renamed(kThreadPointerSection), S_THREAD_LOCAL_VARIABLE_POINTERS)
          .chunks.push_back(state.thread_pointers);
    }
    if (!link_.slots.pointers.empty()) {
      state.named_pointers = add_chunk<PointersChunk>(link_, link_);
      own_section(renamed(kClassicPointerSection), S_NON_LAZY_SYMBOL_POINTERS).chunks.push_back(state.named_pointers);
    }
    if (has_bare_stubs(link_)) link_.slots.stub_size = link_.arch->jump_size;
    if (!link_.slots.stubs.empty()) {
      OutputSection& stubs = own_section(kStubSection, S_SYMBOL_STUBS);
      stubs.chunks.push_back(add_chunk<StubChunk>(link_, link_));
      stubs.flags |= S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS;
    }
    if (!init_tables_.empty())
      by_name_.get(kInitOffsetsSection, S_INIT_FUNC_OFFSETS)
          .chunks.push_back(add_chunk<InitOffsetsChunk>(link_, link_, init_tables_));
    add_image_info(link_, by_name_, renamed("__DATA,__objc_imageinfo"));
    add_unwind_tables();
    add_tables();
  }

  void add_lazy_pointers() {
    MachoState& state = state_of(link_);
    state.lazy_pointers = add_chunk<LazyPointersChunk>(link_, link_);
    own_section(renamed(kLazyPointerSection), S_LAZY_SYMBOL_POINTERS).chunks.push_back(state.lazy_pointers);
  }

  void add_lazy_binding() {
    MachoState& state = state_of(link_);
    state.stub_helper = add_chunk<StubHelperChunk>(link_, link_);
    OutputSection& helper = by_name_.get(kStubHelperSection, S_REGULAR);
    helper.chunks.push_back(state.stub_helper);
    helper.flags |= S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS;
    state.loader_word = add_chunk<LoaderWordChunk>(link_, link_);
    by_name_.get(renamed("__DATA,__data"), S_REGULAR).chunks.push_back(state.loader_word);
  }

  void add_unwind_tables() {
    MachoState& state = state_of(link_);
    state.unwind_rows = std::make_unique<UnwindRows>(link_);
    if (state.unwind_rows->rows.empty() || !has_loader(link_)) return;
    auto* frames = add_chunk<EhFrameChunk>(link_, link_, *state.unwind_rows);
    if (frames->size() != 0) by_name_.get(kEhFrameSection, S_REGULAR).chunks.push_back(frames);
    by_name_.get(kUnwindInfoSection, S_REGULAR)
        .chunks.push_back(add_chunk<UnwindInfoChunk>(link_, link_, *state.unwind_rows));
  }

  // In the order that strip and install_name_tool insist on.
  void add_tables() {
    MachoState& state = state_of(link_);
    const Features& features = state.features;
    OutputSection& tables = by_name_.get("__LINKEDIT,", S_REGULAR);
    const uint64_t word = link_.arch->word_size;
    const auto add_table = [&](TableChunk*& chunk, bool is_wanted, uint64_t alignment) {
      if (is_wanted) tables.chunks.push_back(chunk = add_chunk<TableChunk>(link_, alignment));
    };
    const bool has_opcodes = features.has_dyld_info && !features.has_chained_fixups;
    const bool has_relocs = has_loader(link_) && !features.has_dyld_info;
    add_table(state.chained_fixups, features.has_chained_fixups, 8);
    add_table(state.rebases, has_opcodes, word);
    add_table(state.binds, has_opcodes, word);
    add_table(state.weak_binds, has_opcodes, word);
    add_table(state.lazy_binds, !state.lazy_stubs.empty(), word);
    add_table(state.exports, features.has_dyld_info, word);
    add_table(state.local_relocs, has_relocs, word);
    add_table(state.function_starts, features.has_function_starts, word);
    add_table(state.data_in_code, features.has_data_in_code, word);
    tables.chunks.push_back(state.symbol_table = add_chunk<SymbolTableChunk>(link_, link_));
    add_table(state.external_relocs, has_relocs, word);
    if (link_.slots.got_words != 0 || !link_.slots.stubs.empty() || !link_.slots.pointers.empty())
      tables.chunks.push_back(state.indirect_symbols = add_chunk<IndirectSymbolsChunk>(link_, link_));
    tables.chunks.push_back(state.symbol_names = add_chunk<SymbolNamesChunk>(link_, *state.symbol_table));
    add_table(state.signature, features.has_signature, 16);
  }

  // ---- order and segments

  void finish_section(OutputSection& section) {
    const std::string_view segment = segment_of(section.name);
    section.is_allocated = true;
    section.is_writable = (protection_of(segment) & VM_PROT_WRITE) != 0;
    section.is_executable = (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) != 0;
    section.is_zero_fill = section.type == S_ZEROFILL || section.type == S_THREAD_LOCAL_ZEROFILL;
    section.is_thread_local = section.type == S_THREAD_LOCAL_REGULAR || section.type == S_THREAD_LOCAL_ZEROFILL;
    section.rank = rank_of(section, segment);
    // Assemblers align descriptors of thread-local variables to a byte, but the loader writes pointers to them.
    if (section.type == S_THREAD_LOCAL_VARIABLES)
      section.alignment = std::max<uint64_t>(section.alignment, link_.arch->word_size);
    if (segment == kDwarfSegment) finish_debug_section(section);
  }

  // What debuggers know as the address of nothing. In lists of ranges that would begin another list.
  static void finish_debug_section(OutputSection& section) {
    const bool is_list = section.name == "__DWARF,__debug_loc" || section.name == "__DWARF,__debug_ranges";
    section.tombstone = is_list ? UINT64_MAX - 1 : UINT64_MAX;
    section.follows_folded = section.name == "__DWARF,__debug_line";
    section.flags |= S_ATTR_DEBUG;
  }

  uint32_t rank_of(const OutputSection& section, std::string_view segment) {
    for (const TypeRankRow& row : kTypeRanks)
      if (row.type == section.type) return segment_rank(segment) + row.rank;
    for (const RankRow& row : kRanks)
      if (row.name == section.name) return row.rank;
    return segment_rank(segment) + kOtherSection;
  }

  uint32_t segment_rank(std::string_view segment) {
    if (segment == kLinkEdit) return kLinkEditRank * kSegmentStep;
    if (segment == kDwarfSegment) return (kLinkEditRank - 1) * kSegmentStep;
    for (const RankRow& row : kRanks)
      if (segment_of(row.name) == segment) return row.rank;
    const auto [found, is_new] = other_segments_.try_emplace(
        segment, kOtherSegment + kSegmentStep * static_cast<uint32_t>(other_segments_.size()));
    return found->second;
  }

  static uint32_t protection_of(std::string_view segment) {
    if (segment == "__TEXT") return VM_PROT_READ | VM_PROT_EXECUTE;
    if (segment == kLinkEdit || segment == kDwarfSegment) return VM_PROT_READ;
    return VM_PROT_READ | VM_PROT_WRITE;
  }

  void sort_sections() {
    std::vector<uint32_t> order(sections_.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return sections_[a].rank < sections_[b].rank; });
    std::vector<uint32_t> new_index(order.size());
    std::vector<OutputSection> sorted;
    sorted.reserve(sections_.size());
    for (uint32_t i = 0; i < order.size(); i++) {
      new_index[order[i]] = i;
      sorted.push_back(std::move(sections_[order[i]]));
    }
    sections_ = std::move(sorted);
    const auto renumber = [&](uint32_t begin, uint32_t count) {
      for (uint32_t i = begin; i < begin + count; i++)
        if (link_.is_live[i] && !link_.atoms[i].has(atom_flag::kUnwind))
          link_.atoms[i].section = SectionId{new_index[link_.atoms[i].section.value]};
    };
    for (const InputFile* file : link_.inputs.files) renumber(file->first_atom.value, file->atom_count);
    renumber(link_.first_linker_atom.value, link_.linker_atom_count);
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
    segments.back().is_late = true;
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
    plan.thread_zero_fill_has_addresses = true;
    if (plan.base_address % plan.page_size != 0)
      link_.diagnostics().error("-image_base: the address is not a multiple of the page size");
    for (const auto& [segment, address] : link_.options().darwin.segment_addresses) fix_address(segment, address);
  }

  void fix_address(std::string_view name, uint64_t address) {
    if (address % link_.layout.plan.page_size != 0)
      link_.diagnostics().error(fmt::format("-segaddr {}: the address is not a multiple of the page size", name));
    for (const Segment& segment : link_.layout.segments) {
      OutputSection& first = sections_[segment.first];
      if (segment_of(first.name) == name) first.fixed_address = address;
    }
  }

  Link& link_;
  std::vector<OutputSection>& sections_;
  std::vector<SectionId> section_of_key_;
  std::map<uint32_t, uint32_t> tables_;    // of functions: by key, their priority
  std::map<AtomId, uint32_t> priorities_;  // of their atoms
  std::vector<AtomId> init_tables_;        // that become offsets
  std::map<std::string_view, std::string_view> new_names_;
  SectionsByName by_name_{sections_};
  std::map<std::pair<uint32_t, uint8_t>, uint16_t> pools_;
  std::map<std::string_view, uint32_t> other_segments_;
};

}  // namespace

void plan(Link& link) {
  const auto timer = link.session.timings.measure("plan");
  if (!link.applies_relocs()) return plan_relocatable(link);
  Planner(link).run();
}

const OutputSection* find_section(const Link& link, std::string_view name) {
  for (const OutputSection& section : link.layout.sections)
    if (section.name == name) return &section;
  return nullptr;
}

}  // namespace xld::macho
