// -map of the Darwin dialect: the form that Apple's linker and LLD write and that other tools read. Files by number,
// sections, the symbols of each by address, and those that were left out; columns are separated by tabs.
#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>

#include "formats/macho/section_names.h"
#include "formats/macho/universal.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

// Labels of the assembler that nothing stands at.
bool is_empty_label(std::string_view name, uint64_t size) {
  return size == 0 && (name.starts_with('l') || name.starts_with('L'));
}

class AppleMap {
 public:
  explicit AppleMap(const Link& link) : link_(link), model_(link) {}

  std::string write() {
    add("# Path: {}\n# Arch: {}\n", link_.options().output, macho::architecture_name(link_.target().cpu));
    write_files();
    if (!has_addresses(link_)) return std::move(text_);
    write_sections();
    add("# Symbols:\n# Address\tSize    \tFile  Name\n");
    for (uint32_t i = 0; i < link_.layout.sections.size(); i++) write_symbols(SectionId{i});
    write_removed();
    return std::move(text_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

  // In the order of the command line.
  void write_files() {
    std::vector<const InputFile*> files(link_.inputs.files.begin(), link_.inputs.files.end());
    files.insert(files.end(), link_.inputs.libraries.begin(), link_.inputs.libraries.end());
    std::sort(files.begin(), files.end(), [](const InputFile* a, const InputFile* b) { return a->id < b->id; });
    add("# Object files:\n[{:>3}] linker synthesized\n", 0);
    for (const InputFile* file : files) {
      const auto number = static_cast<uint32_t>(numbers_.size() + 1);
      numbers_[file->id.value] = number;
      add("[{:>3}] {}\n", number, file->display_name());
    }
  }

  void write_sections() {
    add("# Sections:\n# Address\tSize    \tSegment\tSection\n");
    for (const OutputSection& section : link_.layout.sections)
      if (section.header_index != 0)
        add("0x{:08X}\t0x{:08X}\t{}\t{}\n", section.address, section.size, macho::segment_of(section.name),
            macho::section_of(section.name));
  }

  void write_symbols(SectionId id) {
    for (const MapEntry& entry : model_.entries_of(id)) {
      if (entry.kind == MapEntry::Kind::Input || entry.kind == MapEntry::Kind::Common) write_symbols_of(entry);
      if (entry.kind == MapEntry::Kind::Linker && link_.layout.section(id).header_index != 0)
        add("0x{:08X}\t0x{:08X}\t[  0] {}\n", entry.address, entry.size,
            macho::section_of(link_.layout.section(id).name));
    }
  }

  // Symbols of this format have no sizes: each reaches to the next one.
  void write_symbols_of(const MapEntry& entry) {
    const auto symbols = model_.symbols_in(entry.atom);
    for (size_t i = 0; i < symbols.size(); i++) {
      const uint64_t end = i + 1 < symbols.size() ? symbols[i + 1].offset : entry.size;
      const uint64_t size = end - std::min(end, symbols[i].offset);
      if (is_empty_label(symbols[i].name, size)) continue;
      add("0x{:08X}\t0x{:08X}\t[{:>3}] {}\n", entry.address + symbols[i].offset, size,
          number_of(entry.atom, symbols[i]), symbols[i].name);
    }
  }

  // A common symbol's atom belongs to nobody; the file whose offer was taken has its name.
  uint32_t number_of(AtomId id, const PlacedSymbol& symbol) const {
    FileId file = link_.atom(id).file;
    if (file.value == 0)
      if (const SymbolId common = link_.symbols.find(symbol.name); common.is_valid())
        file = link_.symbols.claim(common).file();
    return number_of(file);
  }

  uint32_t number_of(FileId file) const {
    const auto found = numbers_.find(file.value);
    return found == numbers_.end() ? 0 : found->second;
  }

  void write_removed() {
    if (!link_.options().gc_sections) return;
    add("# Dead Stripped Symbols:\n#        \tSize    \tFile  Name\n");
    for (uint32_t i = 0; i < link_.atoms.size(); i++) {
      const Atom& atom = link_.atoms[i];
      if (link_.is_live[i] || atom.has(atom_flag::kUnwind)) continue;
      const auto symbols = model_.symbols_in(AtomId{i});
      for (size_t n = 0; n < symbols.size(); n++) {
        const uint64_t end = n + 1 < symbols.size() ? symbols[n + 1].offset : atom.size;
        add("<<dead>>\t0x{:08X}\t[{:>3}] {}\n", end - std::min(end, symbols[n].offset),
            number_of(AtomId{i}, symbols[n]), symbols[n].name);
      }
    }
  }

  const Link& link_;
  const MapModel model_;
  std::map<uint32_t, uint32_t> numbers_;  // by FileId
  std::string text_;
};

}  // namespace

std::string apple_map(const Link& link) {
  return AppleMap(link).write();
}

}  // namespace xld
