// See unwind_input.h.
//
// Records are read as the object's own addresses: a field's value is what it would be if the object stood at its
// addresses, with or without relocations (assemblers for x86-64 leave those of __eh_frame out).
#include "formats/macho/unwind_input.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <tuple>

#include "formats/macho/compact_encoding.h"
#include "formats/macho/init_offsets.h"
#include "formats/macho/relocs.h"
#include "formats/macho/versions.h"

namespace xld::macho {

namespace {

struct EntryLayout {
  uint32_t size, length, encoding, personality, lsda;  // offsets of the fields; the function is first
};
constexpr EntryLayout kEntry64 = {32, 8, 12, 16, 24}, kEntry32 = {20, 4, 8, 12, 16};

// Where the records of a section are. They are asked for in the order of fields, mostly.
class RecordPlaces {
 public:
  struct Row {
    uint32_t offset, position;
  };
  const std::vector<Row>& rows() const { return rows_; }

  void reserve(size_t count) { rows_.reserve(count); }
  void add(uint32_t offset, uint32_t position) { rows_.push_back({offset, position}); }
  // Of records at one place the last counts.
  void sort() {
    const auto is_before = [](const Row& a, const Row& b) { return a.offset < b.offset; };
    const auto is_not_behind = [](const Row& a, const Row& b) { return a.offset <= b.offset; };
    // As assemblers write them: from the end of the section to its start.
    if (std::adjacent_find(rows_.begin(), rows_.end(), is_not_behind) == rows_.end()) {
      std::reverse(rows_.begin(), rows_.end());
    } else {
      std::stable_sort(rows_.begin(), rows_.end(), is_before);
    }
  }

  std::optional<uint32_t> find(uint32_t offset) const {
    const auto is_before = [](uint32_t o, const Row& row) { return o < row.offset; };
    if (next_ >= rows_.size() || rows_[next_].offset != offset)
      next_ = static_cast<size_t>(std::upper_bound(rows_.begin(), rows_.end(), offset, is_before) - rows_.begin());
    while (next_ < rows_.size() && rows_[next_].offset == offset) next_++;
    if (next_ == 0 || rows_[next_ - 1].offset != offset) return std::nullopt;
    return rows_[next_ - 1].position;
  }
  bool contains(uint32_t offset) const { return find(offset).has_value(); }

 private:
  std::vector<Row> rows_;
  mutable size_t next_ = 0;  // behind what was found last
};

// A field's target in the object.
struct Target {
  bool is_known = false;
  uint32_t symbol = UINT32_MAX;  // raw index, if the record names one
  uint64_t address = 0;
  uint32_t position = UINT32_MAX;  // of the record in its piece, if there is one
};

class UnwindReader {
 public:
  UnwindReader(Link& link, InputFile& file, Arena& arena)
      : link_(link), file_(file), object_(object_of(file)), arena_(arena), cpu_(link.target().cpu) {}

  void read() {
    const auto is_here = [&](uint32_t i) {
      return object_.sections[i].size != 0 && object_.sections[i].subsection_count != 0;
    };
    for (uint32_t i = 0; i < object_.sections.size(); i++)
      if (is_here(i) && is_compact_unwind(object_.sections[i])) read_compact(i);
    std::stable_sort(compact_.begin(), compact_.end(), [](const CompactPlace& a, const CompactPlace& b) {
      return std::tie(a.function, a.offset) < std::tie(b.function, b.offset);
    });
    for (uint32_t i = 0; i < object_.sections.size(); i++)
      if (is_here(i) && is_eh_frame(object_.sections[i])) read_frames(i);
    std::stable_sort(entries_.begin(), entries_.end(), [](const UnwindEntry& a, const UnwindEntry& b) {
      return std::tie(a.function, a.offset) < std::tie(b.function, b.offset);
    });
    object_.unwind = keep(entries_);
    add_init_tables();
    std::stable_sort(companions_.begin(), companions_.end(),
                     [](const Companion& a, const Companion& b) { return a.owner < b.owner; });
    file_.companions = keep(companions_);
  }

 private:
  template <class T>
  std::span<T> keep(const std::vector<T>& values) {
    const std::span<T> copy = arena_.allocate_array<T>(values.size());
    std::copy(values.begin(), values.end(), copy.begin());
    return copy;
  }

  bool fail(uint32_t section, uint64_t offset, std::string_view what) {
    report_section(link_, file_, section, fmt::format("offset {:#x}: {}", offset, what));
    return false;
  }

  // ---- fields

  Bytes bytes_of(const InputSection& section) const { return file_.bytes.subspan(section.file_offset, section.size); }

  // By offset in the section: the position of its record, of a pair the first one.
  RecordPlaces positions_of(const InputSection& section) const {
    RecordPlaces positions;
    const auto count = static_cast<uint32_t>(section.relocs.size() / 8);
    positions.reserve(count);
    for (uint32_t i = 0; i < count; i += record_count(section, i)) positions.add(raw_at(section, i).address, i);
    positions.sort();
    return positions;
  }

  // Differences take two records.
  uint32_t record_count(const InputSection& section, uint32_t position) const {
    const RelocForm form = reloc_meaning(cpu_, raw_at(section, position).type).form;
    const bool is_pair = form == RelocForm::Subtractor || form == RelocForm::SectionDifference;
    return is_pair && (position + 1) * 8 < section.relocs.size() ? 2 : 1;
  }

  RawReloc raw_at(const InputSection& section, uint32_t position) const {
    const uint32_t index = section.reloc_order.empty() ? position : section.reloc_order[position];
    return read_raw_reloc(cpu_, section.relocs.data() + size_t{index} * 8);
  }

  // What an absolute field of a word points to.
  Target pointer_at(const InputSection& section, const RecordPlaces& positions, uint32_t offset) const {
    Target target;
    const auto found = positions.find(offset);
    if (!found) return target;
    const uint64_t stored = stored_word(section, offset);
    const RawReloc raw = raw_at(section, *found);
    target.position = *found;
    target.is_known = true;
    target.address = stored;
    if (raw.is_extern) set_symbol(raw.number, stored, target);
    return target;
  }

  void set_symbol(uint32_t index, uint64_t addend, Target& target) const {
    if (index >= object_.symbol_count) {
      target.is_known = false;
      return;
    }
    target.symbol = index;
    target.address = raw_symbol(link_, object_, index).value + addend;
  }

  uint64_t stored_word(const InputSection& section, uint64_t offset) const {
    if (link_.target().word_size == 8) return xld::read<uint64_t>(bytes_of(section), offset).value_or(0);
    return xld::read<uint32_t>(bytes_of(section), offset).value_or(0);
  }

  struct Place {
    AtomId atom;
    uint32_t offset = 0;
  };

  // Where a target is in the link; no atom if it is not part of it.
  Place place_of(const Target& target) const {
    uint32_t section = static_cast<uint32_t>(object_.sections.size());
    const Subsection* piece = nullptr;
    if (target.symbol != UINT32_MAX) {
      const RawSymbol symbol = raw_symbol(link_, object_, target.symbol);
      if (!is_defined_in_section(symbol)) return {};
      section = symbol.sect - 1u;
      if (symbol.value == target.address) piece = subsection_of(object_, target.symbol);
    } else {
      section = section_at(object_, target.address);
    }
    if (section >= object_.sections.size()) return {};
    if (!piece) piece = subsection_at(object_, section, target.address);
    if (!piece || !piece->atom.is_valid() || target.address < piece->address) return {};
    return {piece->atom, static_cast<uint32_t>(target.address - piece->address)};
  }

  // A personality by a record that names it, directly or through a pointer of the object's own table.
  void set_personality(const Target& target, UnwindEntry& entry) const {
    uint32_t index = target.symbol;
    if (index == UINT32_MAX) index = symbol_at_pointer(target.address);
    if (index == UINT32_MAX) index = symbol_at(target.address);
    if (index == UINT32_MAX) return;
    if (index >= file_.first_global) {
      entry.personality = file_.globals[index - file_.first_global];
    } else {
      entry.personality_raw = index;
    }
  }

  uint32_t symbol_at_pointer(uint64_t address) const {
    const uint32_t section = section_at(object_, address);
    if (section >= object_.sections.size()) return UINT32_MAX;
    const InputSection& table = object_.sections[section];
    if (table.type() != S_NON_LAZY_SYMBOL_POINTERS) return UINT32_MAX;
    const uint64_t row = table.reserved1 + (address - table.address) / link_.target().word_size;
    const auto symbol = xld::read<uint32_t>(object_.indirect_symbols, row * 4);
    return symbol && *symbol < object_.symbol_count ? *symbol : UINT32_MAX;
  }

  uint32_t symbol_at(uint64_t address) const {
    for (uint32_t i = 0; i < object_.symbol_count; i++) {
      const RawSymbol symbol = raw_symbol(link_, object_, i);
      if (is_defined_in_section(symbol) && symbol.value == address && i >= file_.first_global) return i;
    }
    return UINT32_MAX;
  }

  // Tables of initialisers that are rewritten live in any case.
  void add_init_tables() {
    for (const Subsection& piece : object_.subsections)
      if (piece.atom.is_valid() && becomes_offsets(link_, link_.atom(piece.atom)))
        companions_.push_back({AtomId(), piece.atom, 0, piece.reloc_count});
  }

  void add_companions(const UnwindEntry& entry, const InputSection& section, uint32_t personality_position) {
    if (entry.lsda.is_valid()) {
      Companion companion{entry.function, entry.lsda};
      companion.is_whole_atom = true;
      companions_.push_back(companion);
    }
    if (!entry.has_personality() || personality_position == UINT32_MAX) return;
    const Subsection& piece = object_.subsections[section.first_subsection];
    companions_.push_back(
        {entry.function, piece.atom, personality_position, record_count(section, personality_position)});
  }

  // ---- __compact_unwind

  void read_compact(uint32_t index) {
    const InputSection& section = object_.sections[index];
    const EntryLayout& layout = link_.target().word_size == 8 ? kEntry64 : kEntry32;
    const auto positions = positions_of(section);
    if (section.size % layout.size != 0) {
      fail(index, section.size, "its size is not that of whole entries");
      return;
    }
    const Bytes bytes = bytes_of(section);
    for (uint32_t start = 0; start < section.size; start += layout.size) {
      UnwindEntry entry;
      const Target function = pointer_at(section, positions, start);
      if (!function.is_known) {
        fail(index, start, "the entry names no function");
        return;
      }
      const Place place = place_of(function);
      if (!place.atom.is_valid()) continue;
      entry.function = place.atom;
      entry.offset = place.offset;
      entry.length = load<uint32_t>(bytes.data() + start + layout.length);
      entry.encoding = load<uint32_t>(bytes.data() + start + layout.encoding);
      const Target personality = pointer_at(section, positions, start + layout.personality);
      if (personality.is_known) set_personality(personality, entry);
      const Target lsda = pointer_at(section, positions, start + layout.lsda);
      if (lsda.is_known) {
        const Place data = place_of(lsda);
        entry.lsda = data.atom;
        entry.lsda_offset = data.offset;
      }
      add_companions(entry, section, personality.position);
      compact_.push_back({entry.function.value, entry.offset, entries_.size()});
      entries_.push_back(entry);
    }
  }

  // Of entries for one function the first counts.
  UnwindEntry* find_compact(const UnwindEntry& entry) {
    const auto before = [](const CompactPlace& a, const UnwindEntry& b) {
      return std::pair(a.function, a.offset) < std::pair(b.function.value, b.offset);
    };
    const auto found = std::lower_bound(compact_.begin(), compact_.end(), entry, before);
    const bool is_there =
        found != compact_.end() && found->function == entry.function.value && found->offset == entry.offset;
    return is_there ? &entries_[found->entry] : nullptr;
  }

  bool is_in_dwarf(const UnwindEntry& entry) const { return (entry.encoding & kUnwindModeMask) == dwarf_mode(cpu_); }

  // ---- __eh_frame

  // A field's value if the object stood at its addresses.
  Target frame_pointer_at(const InputSection& section, const RecordPlaces& positions, uint32_t offset,
                          uint8_t encoding) const {
    Target target;
    const auto pointer = read_encoded_pointer(bytes_of(section), offset, encoding & ~eh_pointer::kIndirect,
                                              link_.target().word_size, section.address);
    if (!pointer) return target;
    target.is_known = true;
    target.address = pointer->value;
    const auto found = positions.find(offset);
    if (!found) return target;
    const RawReloc raw = raw_at(section, *found);
    target.position = *found;
    const RelocForm form = reloc_meaning(cpu_, raw.type).form;
    if (form == RelocForm::SectionDifference) return target;  // the field holds the distance in the object
    const bool is_pair = form == RelocForm::Subtractor && record_count(section, *found) == 2;
    const bool is_relative = (encoding & eh_pointer::kBaseMask) == eh_pointer::kRelativeToPlace;
    const uint64_t place = section.address + offset;
    const uint64_t stored = pointer->value - (is_relative ? place : 0);
    if (raw.is_extern && !is_pair) {
      set_symbol(raw.number, 0, target);  // a distance to a slot
    } else if (is_pair) {
      const RawReloc minuend = raw_at(section, *found + 1);
      if (raw.number >= object_.symbol_count) return Target();
      const uint64_t base = raw_symbol(link_, object_, raw.number).value;
      if (minuend.is_extern) {
        set_symbol(minuend.number, stored + place - base, target);
      } else {
        target.address = stored + place - base;
      }
    }
    return target;
  }

  struct Cie {
    CieFacts facts;
    UnwindEntry personality;  // only the personality counts
    uint32_t position = UINT32_MAX;
  };

  // ld -r writes the distances between records as relocations and leaves the fields without them: a copy with them.
  // Empty: there are none.
  std::vector<uint8_t> with_distances(const InputSection& section, const RecordPlaces& positions) const {
    const Bytes bytes = bytes_of(section);
    std::vector<uint8_t> copy;
    constexpr uint8_t kFourBytes = 2;
    for (const auto& [offset, position] : positions.rows()) {
      const RawReloc raw = raw_at(section, position);
      if (reloc_meaning(cpu_, raw.type).form != RelocForm::Subtractor || record_count(section, position) != 2) continue;
      const RawReloc minuend = raw_at(section, position + 1);
      const auto stored = xld::read<uint32_t>(bytes, offset);
      const bool is_plain = raw.is_extern && minuend.is_extern && raw.number < object_.symbol_count &&
                            minuend.number < object_.symbol_count;
      if (raw.length != kFourBytes || !stored || !is_plain) continue;
      const uint64_t distance =
          raw_symbol(link_, object_, minuend.number).value - raw_symbol(link_, object_, raw.number).value;
      if (copy.empty()) copy.assign(bytes.begin(), bytes.end());
      store(copy.data() + offset, static_cast<uint32_t>(*stored + distance));
    }
    return copy;
  }

  void read_frames(uint32_t index) {
    const InputSection& section = object_.sections[index];
    const auto positions = positions_of(section);
    const std::vector<uint8_t> copy = with_distances(section, positions);
    const Bytes bytes = copy.empty() ? bytes_of(section) : Bytes(copy);
    std::vector<EhRecord> records;
    const auto split = split_eh_frame(bytes, records);
    if (!split) {
      fail(index, 0, split.error().message);
      return;
    }
    std::map<uint32_t, Cie> cies;
    std::vector<Frame> frames;
    for (uint32_t i = 0; i < records.size(); i++) {
      if (records[i].is_cie()) {
        if (!read_cie(index, records[i], positions, cies[i])) return;
      } else if (const auto cie = cies.find(records[i].cie); cie != cies.end()) {
        if (!read_fde(index, records, i, positions, cie->second, frames)) return;
      }
    }
    object_.frames = keep(frames);
    object_.frame_section = index;
  }

  bool read_cie(uint32_t index, const EhRecord& record, const RecordPlaces& positions, Cie& cie) {
    const InputSection& section = object_.sections[index];
    const auto facts = parse_cie(bytes_of(section), record, link_.target().word_size);
    if (!facts) return fail(index, record.offset, facts.error().message);
    cie.facts = *facts;
    if (facts->personality_offset == 0) return true;
    const Target target = frame_pointer_at(section, positions, facts->personality_offset, facts->personality_encoding);
    if (!target.is_known) return fail(index, record.offset, "the personality's pointer has an unknown form");
    set_personality(target, cie.personality);
    cie.position = target.position;
    return true;
  }

  bool read_fde(uint32_t index, const std::vector<EhRecord>& records, uint32_t i, const RecordPlaces& positions,
                const Cie& cie, std::vector<Frame>& frames) {
    const InputSection& section = object_.sections[index];
    const auto facts = parse_fde(bytes_of(section), records[i], cie.facts, link_.target().word_size);
    if (!facts) return fail(index, records[i].offset, facts.error().message);
    const Target function = frame_pointer_at(section, positions, facts->pc_begin_offset, cie.facts.fde_encoding);
    if (!function.is_known) return fail(index, records[i].offset, "the code's pointer has an unknown form");
    const Place place = place_of(function);
    if (!place.atom.is_valid()) return true;
    UnwindEntry entry = cie.personality;
    entry.function = place.atom;
    entry.offset = place.offset;
    entry.encoding = dwarf_mode(cpu_);
    // A record is needed if there is no compact entry for the function, or that says so.
    UnwindEntry* compact = find_compact(entry);
    const bool is_superseded = compact && !is_in_dwarf(*compact);
    if (is_superseded && !keeps_frames()) return true;
    entry.frame = static_cast<uint32_t>(frames.size());
    if (const auto range =
            read_encoded_pointer(bytes_of(section), facts->pc_range_offset,
                                 cie.facts.fde_encoding & eh_pointer::kFormatMask, link_.target().word_size, 0))
      entry.length = static_cast<uint32_t>(range->value);
    if (facts->lsda_offset != 0) set_lsda(section, positions, *facts, cie, entry);
    frames.push_back({records[i], records[records[i].cie], cie.facts, *facts});
    add_companions(entry, section, cie.position);
    if (!compact) use_compact_encoding(section, frames.back(), entry);
    if (is_superseded) {
      compact->frame = entry.frame;
    } else if (compact) {
      *compact = entry;
    } else {
      entries_.push_back(entry);
    }
    return true;
  }

  // Systems before 10.6 have no other tables.
  bool keeps_frames() const {
    return link_.options().darwin.keeps_frames || !link_.applies_relocs() || is_classic(link_.options());
  }

  // Assemblers, and compilers for other systems, write call frame information only.
  void use_compact_encoding(const InputSection& section, const Frame& frame, UnwindEntry& entry) const {
    if (frame.cie_facts.is_signal_frame || frame.cie_facts.signs_with_key_b) return;
    const auto code = slice(link_.atom(entry.function).bytes(), entry.offset, entry.length);
    if (!code) return;
    const auto rows = read_frame_rows(bytes_of(section), frame.cie, frame.cie_facts, frame.fde, frame.fde_facts);
    const uint32_t encoding = rows ? compact_encoding(cpu_, *rows, *code) : 0;
    if (encoding == 0) return;
    entry.encoding = encoding;
    entry.spare_frame = entry.frame;
    if (!keeps_frames()) entry.frame = kNoFrame;
  }

  void set_lsda(const InputSection& section, const RecordPlaces& positions, const FdeFacts& facts, const Cie& cie,
                UnwindEntry& entry) const {
    if (stored_word(section, facts.lsda_offset) == 0 && !positions.contains(facts.lsda_offset)) return;
    const Target lsda = frame_pointer_at(section, positions, facts.lsda_offset, cie.facts.lsda_encoding);
    if (!lsda.is_known) return;
    const Place place = place_of(lsda);
    entry.lsda = place.atom;
    entry.lsda_offset = place.offset;
  }

  Link& link_;
  InputFile& file_;
  MachoObject& object_;
  Arena& arena_;
  Cpu cpu_;
  std::vector<UnwindEntry> entries_;
  std::vector<Companion> companions_;

  // Entries that were read from compact tables, by function and offset.
  struct CompactPlace {
    uint32_t function, offset;
    size_t entry;
  };
  std::vector<CompactPlace> compact_;
};

}  // namespace

void read_unwind(Link& link, InputFile& file, Arena& arena) {
  UnwindReader(link, file, arena).read();
}

}  // namespace xld::macho
