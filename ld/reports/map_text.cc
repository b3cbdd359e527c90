// -Map: a map for people, in the order of GNU ld's: why members were taken, what was left out, and the output section
// by section in columns as lld has them.
#include <fmt/format.h>
#include <iterator>

#include "ld/messages.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

class TextMap {
 public:
  explicit TextMap(const Link& link) : link_(link), model_(link), width_(link.target().word_size == 4 ? 8 : 16) {}

  std::string write() {
    write_extractions();
    write_removed();
    write_lost_groups();
    write_commons();
    if (has_addresses(link_)) write_sections();
    return std::move(text_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

  void write_extractions() {
    const auto reasons = first_reasons(link_);
    if (!reasons.empty()) add("Archive members, and what they were taken for\n\n");
    for (const Extraction& reason : reasons) {
      const std::string user = reason.user.is_valid() ? link_.inputs.file(reason.user).display_name() : "(option)";
      add("{}\n    {} ({})\n", link_.inputs.file(reason.member).display_name(), user,
          readable_name(link_, link_.symbols.name(reason.symbol)));
    }
    if (!reasons.empty()) add("\n");
  }

  void write_removed() {
    const auto removed = removed_atoms(link_);
    if (!removed.empty()) add("Input sections left out, as nothing refers to them\n\n");
    for (const AtomId id : removed) {
      const Atom& atom = link_.atom(id);
      add("{:>8x} {}:({})\n", atom.size, link_.inputs.file(atom.file).display_name(),
          link_.format->describe->atom_section(link_, atom));
    }
    if (!removed.empty()) add("\n");
  }

  void write_lost_groups() {
    const auto groups = lost_groups(link_);
    if (!groups.empty()) add("Groups left out, as another file provides them\n\n");
    for (const LostGroup& group : groups)
      add("{} of {}: see {}\n", group.name, group.file->display_name(), group.provider->display_name());
    if (!groups.empty()) add("\n");
  }

  void write_commons() {
    const auto commons = common_symbols(link_);
    if (!commons.empty()) add("Common symbols\n\n");
    for (const CommonSymbol& common : commons)
      add("{:>8x} {} {}\n", common.size, link_.symbols.name(common.symbol), common.file->display_name());
    if (!commons.empty()) add("\n");
  }

  void write_sections() {
    add("{:>{}} {:>{}} {:>8} {:>5} Out     In      Symbol\n", "VMA", width_, "LMA", width_, "Size", "Align");
    for (uint32_t i = 0; i < link_.layout.sections.size(); i++) write_section(SectionId{i});
    const auto symbols = linker_symbols(link_);
    if (!symbols.empty()) add("\nSymbols made by the linker\n\n");
    for (const LinkerSymbol& symbol : symbols) add("{:>{}x} {}\n", symbol.address, width_, symbol.name);
  }

  void write_section(SectionId id) {
    const OutputSection& section = link_.layout.section(id);
    load_shift_ = section.load_address - section.address;
    const uint64_t address = section.is_allocated ? section.address : 0;
    if (!section.is_allocated) load_shift_ = 0;
    write_numbers(address, section.size, section.alignment);
    add("{}\n", section.name.empty() ? "<headers>" : section.name);
    for (const MapEntry& entry : model_.entries_of(id)) write_entry(entry, section);
  }

  void write_entry(const MapEntry& entry, const OutputSection& section) {
    if (entry.kind == MapEntry::Kind::Shared) {
      add("{:>{}} {:>8x} {:>5} ", "", 2 * width_ + 1, entry.size, entry.alignment);
    } else {
      write_numbers(entry.address, entry.size, entry.alignment);
    }
    add("        {}\n", model_.input_name(entry));
    if (entry.kind == MapEntry::Kind::Linker || !section.is_allocated) return;
    for (const PlacedSymbol& symbol : model_.symbols_in(entry.atom)) {
      write_numbers(model_.address_of(symbol), symbol.size, 1);
      add("                {}\n", readable_name(link_, symbol.name));
    }
  }

  void write_numbers(uint64_t address, uint64_t size, uint64_t alignment) {
    add("{:>{}x} {:>{}x} {:>8x} {:>5} ", address, width_, address + load_shift_, width_, size, alignment);
  }

  const Link& link_;
  const MapModel model_;
  const int width_;
  uint64_t load_shift_ = 0;
  std::string text_;
};

}  // namespace

std::string text_map(const Link& link) {
  return TextMap(link).write();
}

}  // namespace xld
