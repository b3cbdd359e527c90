// Finding, expanding and relocating an object's .debug_line. See source_lines.h.
//
// Nothing is assumed of the sections: they may be damaged, compressed or missing, and then there is no line.
#include "formats/elf/source_lines.h"

#include <algorithm>
#include <deque>

#include "formats/dwarf_lines.h"
#include "formats/elf/decompress.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

struct Target {
  uint64_t place = 0;  // of the relocated field
  RelocatedField field;
  bool operator<(const Target& other) const { return place < other.place; }
};

template <class E>
class LineFinder {
 public:
  explicit LineFinder(const InputFile& file) : file_(file), object_(object_of(file)) {}

  std::optional<SourceLine> find(uint32_t section, uint64_t offset) {
    const uint32_t line = find_section(".debug_line");
    if (line == 0) return std::nullopt;
    sections_.line = contents(line);
    sections_.line_str = contents(find_section(".debug_line_str"));
    sections_.str = contents(find_section(".debug_str"));
    read_targets(object_.relocs_of[line]);
    return find_source_line(sections_, [this](uint64_t place) { return target_at(place); }, {section, offset});
  }

  // One compiler makes one object, so one STT_FILE says where all of it comes from.
  std::string_view source_file() const {
    std::string_view name;
    for (uint32_t i = 1; i < object_.first_global; i++) {
      const auto symbol = raw_symbol<E>(object_, i);
      if (type_of(symbol.info) != STT_FILE) continue;
      if (!name.empty()) return {};
      name = string_at(object_.symbol_names, symbol.name);
    }
    return name;
  }

 private:
  uint32_t find_section(std::string_view name) const {
    for (uint32_t i = 1; i < object_.section_count; i++)
      if (string_at(object_.section_names, section_header<E>(object_, i).name) == name) return i;
    return 0;
  }

  Bytes contents(uint32_t index) {
    if (index == 0) return {};
    const auto header = section_header<E>(object_, index);
    const Bytes stored = section_bytes(file_, header);
    if (!(header.flags & SHF_COMPRESSED)) return stored;
    const auto compressed = read_compressed_section(stored, E::kWordSize == 8);
    if (!compressed) return {};
    expanded_.emplace_back(compressed->size);
    if (decompress(*compressed, expanded_.back())) return {};
    return expanded_.back();
  }

  void read_targets(uint32_t relocs) {
    if (relocs == 0) return;
    const RelocRecords records = reloc_records<E>(file_, object_, relocs);
    if (records.has_addends) {
      read_records<typename E::Rela>(records.bytes);
    } else {
      read_records<typename E::Rel>(records.bytes);
    }
    std::sort(targets_.begin(), targets_.end());
  }

  template <class Record>
  void read_records(Bytes records) {
    targets_.reserve(records.size() / sizeof(Record));
    for (size_t at = 0; records.size() - at >= sizeof(Record); at += sizeof(Record)) {
      const auto record = load<Record>(records.data() + at);
      if (record.symbol() >= object_.symbol_count) continue;
      const auto symbol = raw_symbol<E>(object_, record.symbol());
      const uint64_t value = symbol.value + addend_of(record);
      targets_.push_back({record.offset, {section_index(object_, record.symbol(), symbol), value}});
    }
  }

  template <class Record>
  uint64_t addend_of(const Record& record) const {
    if constexpr (requires { record.addend; }) {
      return static_cast<uint64_t>(record.addend);
    } else {
      return read<uint32_t>(sections_.line, record.offset).value_or(0);
    }
  }

  std::optional<RelocatedField> target_at(uint64_t place) const {
    const auto found = std::lower_bound(targets_.begin(), targets_.end(), Target{place, {}});
    if (found == targets_.end() || found->place != place) return std::nullopt;
    return found->field;
  }

  const InputFile& file_;
  const ElfObject& object_;
  DwarfSections sections_;
  std::deque<std::vector<uint8_t>> expanded_;
  std::vector<Target> targets_;
};

template <class E>
std::string find_source(const InputFile& file, uint32_t section, uint64_t offset) {
  LineFinder<E> finder(file);
  if (const auto line = finder.find(section, offset)) return line->text();
  return std::string(finder.source_file());
}

}  // namespace

std::string source_of(const Link& link, const InputFile& file, uint32_t section, uint64_t offset) {
  return link.target().word_size == 8 ? find_source<Elf64>(file, section, offset)
                                      : find_source<Elf32>(file, section, offset);
}

}  // namespace xld::elf
