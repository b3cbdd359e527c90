// The plan of -r: the sections of the objects, those of one name joined, in one segment without a name.
//
// Nothing is mapped from an object, so pages do not count: the first section is at address 0, whatever stands before it
// in the file. Zero fill is last. What tables there are is as late as in other outputs: their records hold addresses.
#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/macho/exports.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/objc.h"
#include "formats/macho/object.h"
#include "formats/macho/plan.h"
#include "formats/macho/section_names.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/macho/unwind_info.h"

namespace xld::macho {

namespace {

bool is_zero_fill_type(uint32_t type) {
  return type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
}

class RelocatablePlanner {
 public:
  explicit RelocatablePlanner(Link& link) : link_(link), state_(state_of(link)), sections_(link.layout.sections) {}

  void run() {
    const auto& files = link_.inputs.files;
    state_.has_subsections =
        std::ranges::all_of(files, [](const InputFile* file) { return object_of(*file).has_subsections; });
    note_exports();
    sections_.emplace_back();  // the header's, which has no address
    collect_atoms();
    add_image_info(link_, by_name_, "__DATA,__objc_imageinfo");
    add_unwind_tables();
    sort_sections();
    add_header();
    add_tables();
    make_segments();
  }

 private:
  // What -exported_symbols_list leaves out becomes local.
  void note_exports() {
    const ExportRules rules(link_);
    state_.is_exported.assign(link_.symbols.size(), 0);
    for (uint32_t i = 0; i < link_.symbols.size(); i++) state_.is_exported[i] = rules.exports(SymbolId{i});
  }

  // ---- sections

  void collect_atoms() {
    const std::vector<SectionKey>& keys = state_.section_keys.keys();
    const auto take = [&](uint32_t begin, uint32_t count) {
      for (uint32_t i = begin; i < begin + count; i++) {
        if (!link_.is_live[i] || link_.atoms[i].has(atom_flag::kUnwind)) continue;
        const SectionKey& key = keys[link_.atoms[i].section.value];
        OutputSection& section = by_name_.get(key.name, key.type);
        section.flags |= key.flags;
        if (section.type != key.type) section.type = S_REGULAR;
        section.atoms.push_back(AtomId{i});
      }
    };
    for (const InputFile* file : link_.inputs.files) take(file->first_atom.value, file->atom_count);
    if (link_.options().define_common) return take(link_.first_linker_atom.value, link_.linker_atom_count);
    for (uint32_t i = 0; i < link_.linker_atom_count; i++) link_.is_live[link_.first_linker_atom.value + i] = 0;
  }

  void add_unwind_tables() {
    auto* compact = add_chunk<CompactUnwindChunk>(link_, link_);
    if (compact->size() == 0) return;
    state_.compact_unwind = compact;
    OutputSection& section = by_name_.get(kCompactUnwindSection, S_REGULAR);
    section.flags |= S_ATTR_DEBUG;
    section.chunks.push_back(compact);
    state_.unwind_rows = std::make_unique<UnwindRows>(link_);
    auto* frames = add_chunk<EhFrameChunk>(link_, link_, *state_.unwind_rows);
    if (frames->size() == 0) return;
    state_.eh_frames = frames;
    OutputSection& frame_section = by_name_.get(kEhFrameSection, S_COALESCED);
    constexpr uint64_t kNoTableOfContents = 0x40000000, kStripStaticSymbols = 0x20000000;
    frame_section.flags |= kNoTableOfContents | kStripStaticSymbols | S_ATTR_LIVE_SUPPORT;
    frame_section.chunks.push_back(frames);
  }

  void sort_sections() {
    std::stable_partition(sections_.begin(), sections_.end(),
                          [](const OutputSection& section) { return !is_zero_fill_type(section.type); });
    for (uint32_t i = 1; i < sections_.size(); i++) {
      OutputSection& section = sections_[i];
      section.header_index = i;
      section.is_allocated = true;
      section.is_executable = (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) != 0;
      section.is_zero_fill = is_zero_fill_type(section.type);
      for (const AtomId id : section.atoms) link_.atom(id).section = SectionId{i};
    }
    if (sections_.size() > kMaxSections + 1)
      link_.diagnostics().error(
          "-r: the output has more than 255 sections, which Mach-O cannot express; link fewer files at once");
  }

  // ---- header and tables

  void add_header() {
    state_.header = add_chunk<HeaderChunk>(link_, link_);
    sections_[0].chunks.push_back(state_.header);
  }

  void add_tables() {
    OutputSection tables;
    tables.name = "__LINKEDIT,";
    const uint64_t word = link_.arch->word_size;
    const auto add_table = [&](uint64_t alignment) {
      auto* table = add_chunk<TableChunk>(link_, alignment);
      tables.chunks.push_back(table);
      return table;
    };
    state_.kept_relocs.assign(sections_.size() + 1, nullptr);
    for (uint32_t i = 1; i < sections_.size(); i++) {
      if (!has_records(sections_[i])) continue;
      state_.kept_relocs[i] = add_table(4);
      if (sections_[i].name == kCompactUnwindSection) state_.compact_unwind_relocs = state_.kept_relocs[i];
      if (sections_[i].name == kEhFrameSection) state_.eh_frame_relocs = state_.kept_relocs[i];
    }
    if (has_data_in_code()) state_.data_in_code = add_table(word);
    tables.chunks.push_back(state_.symbol_table = add_chunk<SymbolTableChunk>(link_, link_));
    auto* indirect = add_chunk<KeptIndirectSymbolsChunk>(link_, link_);
    if (indirect->count() != 0) tables.chunks.push_back(state_.kept_indirect_symbols = indirect);
    tables.chunks.push_back(state_.symbol_names = add_chunk<SymbolNamesChunk>(link_, *state_.symbol_table));
    sections_.push_back(std::move(tables));
  }

  bool has_records(const OutputSection& section) const {
    if (section.name == kCompactUnwindSection || section.name == kEhFrameSection) return true;
    return std::ranges::any_of(section.atoms, [&](AtomId id) { return link_.atom(id).relocs != nullptr; });
  }

  bool has_data_in_code() const {
    return link_.options().darwin.data_in_code != Answer::No &&
           std::ranges::any_of(link_.inputs.files,
                               [](const InputFile* file) { return !object_of(*file).data_in_code.empty(); });
  }

  void make_segments() {
    LayoutPlan& plan = link_.layout.plan;
    plan.is_paged = false;
    plan.thread_zero_fill_has_addresses = true;
    std::vector<Segment>& segments = link_.layout.segments;
    const auto last = static_cast<uint32_t>(sections_.size() - 1);
    if (last > 1) {
      segments.emplace_back().first = 1;
      segments.back().last = last;
    }
    segments.emplace_back().first = last;
    segments.back().last = last + 1;
    segments.back().is_late = true;
  }

  Link& link_;
  MachoState& state_;
  std::vector<OutputSection>& sections_;
  SectionsByName by_name_{sections_};
};

}  // namespace

void plan_relocatable(Link& link) {
  RelocatablePlanner(link).run();
}

}  // namespace xld::macho
