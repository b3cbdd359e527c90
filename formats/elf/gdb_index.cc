// See gdb_index.h.
#include "formats/elf/gdb_index.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <tuple>

#include "formats/dwarf_names.h"
#include "formats/dwarf_units.h"
#include "formats/elf/elf.h"
#include "formats/elf/object.h"
#include "formats/gdb_index.h"

namespace xld::elf {

namespace {

bool is_published_names(std::string_view name) {
  return name == ".debug_gnu_pubnames" || name == ".debug_gnu_pubtypes";
}

// A section as the output has it, and where it is in the output's section.
struct Section {
  std::vector<uint8_t> bytes;
  uint64_t base = 0;
};

struct InfoSection {
  const Atom* atom = nullptr;
  bool is_types_section = false;
  std::vector<DwarfUnit> units;  // before relocation: sizes and kinds only
};

struct FileFacts {
  std::vector<InfoSection> infos;
  std::vector<const Atom*> published;
  const Atom* abbreviations = nullptr;
  const Atom* strings = nullptr;
  const Atom* line_strings = nullptr;
  const Atom* string_offsets = nullptr;
  const Atom* addresses = nullptr;
  const Atom* ranges = nullptr;
  const Atom* range_lists = nullptr;
  const Atom* address_table = nullptr;
  uint32_t first_unit = 0, first_type = 0;
  std::deque<std::string> composed_names;  // of units without published names
};

struct NamedAtom {
  std::string_view name;
  const Atom* FileFacts::* place;
};

constexpr NamedAtom kSingleSections[] = {
    {".debug_abbrev", &FileFacts::abbreviations},  {".debug_addr", &FileFacts::addresses},
    {".debug_ranges", &FileFacts::ranges},         {".debug_rnglists", &FileFacts::range_lists},
    {".debug_aranges", &FileFacts::address_table}, {".debug_str", &FileFacts::strings},
    {".debug_line_str", &FileFacts::line_strings}, {".debug_str_offsets", &FileFacts::string_offsets},
};

// Copies are relocated, read and thrown away file by file: all debug information at once would be too much.
class Gatherer {
 public:
  explicit Gatherer(Link& link) : link_(link), files_(link.inputs.files), facts_(files_.size()) {}

  GdbIndexFacts gather() {
    for_each_file([&](size_t i) { find_sections(*files_[i], facts_[i]); });
    GdbIndexFacts result;
    number_units(result);
    std::vector<std::vector<GdbIndexRange>> ranges(files_.size());
    result.names.resize(files_.size());
    for_each_file([&](size_t i) {
      ranges[i] = find_ranges(*files_[i], facts_[i]);
      result.names[i] = find_names(*files_[i], facts_[i]);
    });
    for (const auto& list : ranges) result.ranges.insert(result.ranges.end(), list.begin(), list.end());
    return result;
  }

 private:
  template <class Body>
  void for_each_file(Body body) {
    parallel_for(link_.session.pool, files_.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) body(i);
    });
  }

  void find_sections(const InputFile& file, FileFacts& facts) const {
    const ElfObject& object = object_of(file);
    for (uint32_t i = file.first_atom.value; i < file.first_atom.value + file.atom_count; i++) {
      const Atom& atom = link_.atoms[i];
      if (atom.has(atom_flag::kAllocated) || !atom.data) continue;
      const std::string_view name = section_facts(link_, object, atom.raw).name;
      if (is_published_names(name)) facts.published.push_back(&atom);
      if (!link_.is_live[i]) continue;
      const bool is_types_section = name == ".debug_types";
      if (name == ".debug_info" || is_types_section)
        facts.infos.push_back({&atom, is_types_section, read_units(atom.bytes(), is_types_section)});
      for (const NamedAtom& row : kSingleSections)
        if (name == row.name) facts.*row.place = &atom;
    }
  }

  Section relocated(const InputFile& file, const Atom* atom) const {
    if (!atom) return {};
    Section section{std::vector<uint8_t>(atom->data, atom->data + atom->size), atom->address};
    if (atom->relocs) link_.relocate_part(link_, file, *atom, section.bytes, atom->address, 0, RelocCursor());
    return section;
  }

  void number_units(GdbIndexFacts& result) {
    for (FileFacts& facts : facts_) {
      facts.first_unit = static_cast<uint32_t>(result.units.size());
      facts.first_type = static_cast<uint32_t>(result.types.size());
      for (const InfoSection& info : facts.infos) {
        for (const DwarfUnit& unit : info.units) {
          const uint64_t offset = info.atom->address + unit.offset;
          if (unit.is_type) {
            result.types.push_back({offset, unit.type_offset, unit.signature});
          } else {
            result.units.push_back({offset, unit.size});
          }
        }
      }
    }
    unit_count_ = static_cast<uint32_t>(result.units.size());
  }

  // Calls visit(info, index of unit, number) for the units of a file.
  template <class Visitor>
  void for_each_unit(const FileFacts& facts, Visitor visit) const {
    uint32_t unit_number = facts.first_unit, type_number = unit_count_ + facts.first_type;
    for (const InfoSection& info : facts.infos)
      for (size_t i = 0; i < info.units.size(); i++)
        visit(info, i, info.units[i].is_type ? type_number++ : unit_number++);
  }

  std::vector<GdbIndexRange> find_ranges(const InputFile& file, const FileFacts& facts) const {
    std::vector<GdbIndexRange> ranges;
    std::vector<std::tuple<const InfoSection*, size_t, uint32_t>> others;
    const std::vector<UnitRange> table = read_address_table(relocated(file, facts.address_table).bytes);
    for_each_unit(facts, [&](const InfoSection& info, size_t index, uint32_t number) {
      if (info.units[index].is_type) return;
      const size_t before = ranges.size();
      for (const UnitRange& entry : table)
        if (entry.unit == info.atom->address + info.units[index].offset)
          ranges.push_back({entry.range.low, entry.range.high, number});
      if (ranges.size() == before) others.emplace_back(&info, index, number);
    });
    if (!others.empty()) read_ranges_of_entries(file, facts, others, ranges);
    return ranges;
  }

  // Of units that the table of addresses does not mention: clang makes none.
  void read_ranges_of_entries(const InputFile& file, const FileFacts& facts,
                              std::span<const std::tuple<const InfoSection*, size_t, uint32_t>> units,
                              std::vector<GdbIndexRange>& ranges) const {
    const Section abbreviations = relocated(file, facts.abbreviations), addresses = relocated(file, facts.addresses);
    const Section old_ranges = relocated(file, facts.ranges), lists = relocated(file, facts.range_lists);
    const DwarfRangeSections sections{abbreviations.bytes, addresses.bytes, old_ranges.bytes, lists.bytes,
                                      abbreviations.base,  addresses.base,  old_ranges.base,  lists.base};
    const InfoSection* current = nullptr;
    Section info;
    std::vector<DwarfUnit> read;
    for (const auto& [section, index, number] : units) {
      if (section != current) {
        info = relocated(file, section->atom);
        read = read_units(info.bytes, section->is_types_section);
        current = section;
      }
      if (index >= read.size()) continue;
      std::vector<AddressRange> found;
      read_unit_ranges(info.bytes, read[index], sections, found);
      for (const AddressRange& range : found) ranges.push_back({range.low, range.high, number});
    }
  }

  std::vector<GdbIndexName> find_names(const InputFile& file, FileFacts& facts) const {
    std::vector<GdbIndexName> names;
    const std::set<uint32_t> published = add_published_names(file, facts, names);
    std::vector<std::tuple<const InfoSection*, size_t, uint32_t>> others;
    for_each_unit(facts, [&](const InfoSection& info, size_t index, uint32_t number) {
      if (!published.contains(number) && !info.units[index].is_type) others.emplace_back(&info, index, number);
    });
    if (!others.empty()) add_names_of_entries(file, facts, others, names);
    return names;
  }

  // Returns the numbers of the units that publish names.
  std::set<uint32_t> add_published_names(const InputFile& file, const FileFacts& facts,
                                         std::vector<GdbIndexName>& names) const {
    std::vector<std::pair<uint64_t, uint32_t>> numbers;  // by offset of the unit in the output
    for_each_unit(facts, [&](const InfoSection& info, size_t index, uint32_t number) {
      if (!info.is_types_section) numbers.emplace_back(info.atom->address + info.units[index].offset, number);
    });
    std::ranges::sort(numbers);
    std::set<uint32_t> published;
    for (const Atom* atom : facts.published) {
      const Section section = relocated(file, atom);
      for (const PublicName& name : read_public_names(section.bytes)) {
        const auto found = std::ranges::lower_bound(numbers, name.unit, {}, &std::pair<uint64_t, uint32_t>::first);
        if (found == numbers.end() || found->first != name.unit) continue;
        // Names are not relocated: those of the input stay when the copy goes.
        const auto offset = reinterpret_cast<const uint8_t*>(name.name.data()) - section.bytes.data();
        names.push_back({as_text({atom->data + offset, name.name.size()}), found->second, name.kind});
        published.insert(found->second);
      }
    }
    return published;
  }

  // Names of strings stay where they are; those that stand in the entries themselves are copied with them.
  void add_names_of_entries(const InputFile& file, FileFacts& facts,
                            std::span<const std::tuple<const InfoSection*, size_t, uint32_t>> units,
                            std::vector<GdbIndexName>& names) const {
    const auto text_of = [](const Atom* atom) { return atom ? atom->bytes() : Bytes(); };
    const std::vector<uint8_t> string_offsets = unlinked(file, facts.string_offsets);
    const InfoSection* current = nullptr;
    std::vector<uint8_t> info;
    std::vector<DwarfUnit> read;
    for (const auto& [section, index, number] : units) {
      if (section != current) {
        info = unlinked(file, section->atom);
        read = read_units(info, section->is_types_section);
        current = section;
      }
      if (index >= read.size()) continue;
      const DwarfNameSections sections{info, text_of(facts.abbreviations), text_of(facts.strings),
                                       text_of(facts.line_strings), string_offsets};
      std::vector<DefinedName> found;
      read_defined_names(sections, read[index], facts.composed_names, found);
      const auto is_copy = [&](std::string_view name) {
        const auto* at = reinterpret_cast<const uint8_t*>(name.data());
        return at >= info.data() && at < info.data() + info.size();
      };
      for (const DefinedName& name : found) {
        std::string_view text = name.name;
        if (is_copy(text)) text = facts.composed_names.emplace_back(text);
        names.push_back({text, number, name.kind});
      }
    }
  }

  // A copy in which references to the file's own sections that are not loaded are offsets in those.
  std::vector<uint8_t> unlinked(const InputFile& file, const Atom* atom) const {
    if (!atom) return {};
    std::vector<uint8_t> bytes(atom->data, atom->data + atom->size);
    if (!atom->relocs) return bytes;
    RelocCursor cursor;
    std::array<Reloc, 64> batch;
    while (const size_t count = link_.format->decode(link_, file, *atom, cursor, batch, false)) {
      for (const Reloc& reloc : std::span(batch).first(count)) {
        if (reloc.target_kind != TargetKind::Atom || link_.atom(reloc.atom()).has(atom_flag::kAllocated)) continue;
        write_field(reloc.field, bytes.data() + reloc.offset, static_cast<uint64_t>(reloc.value + reloc.addend));
      }
    }
    return bytes;
  }

  Link& link_;
  const std::vector<InputFile*>& files_;
  std::vector<FileFacts> facts_;
  uint32_t unit_count_ = 0;
};

}  // namespace

Chunk* GdbIndexContents::finish(uint64_t /*size*/) {
  Gatherer gatherer(link_);
  bytes_ = make_gdb_index(link_.session.pool, gatherer.gather());
  return this;
}

void GdbIndexContents::write(MutableBytes out) const {
  std::ranges::copy(bytes_, out.begin());
}

void drop_published_names(Link& link) {
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++) {
      if (link.atoms[i].has(atom_flag::kAllocated)) continue;
      if (is_published_names(section_facts(link, object_of(*file), link.atoms[i].raw).name)) link.is_live[i] = 0;
    }
  }
}

}  // namespace xld::elf
