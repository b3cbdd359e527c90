// See symbol_order.h. gABI "Symbol Table": what a symbol is defined in.
#include "formats/elf/symbol_order.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/list_lines.h"
#include "core/parallel.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

struct Line {
  std::string_view name;
  uint32_t number = 0;
  bool is_placed = false;
};

struct Place {
  uint32_t atom = 0;
  uint32_t line = 0;  // index in the list
};

class OrderReader {
 public:
  explicit OrderReader(Link& link) : link_(link), path_(link.options().symbol_ordering_file) {}

  std::unordered_map<uint32_t, uint32_t> read() {
    const auto text = link_.open_referenced(path_);
    if (!text) {
      link_.diagnostics().error(fmt::format("--symbol-ordering-file: cannot open {}: {}", path_, text.error().message));
      return {};
    }
    for_each_listed_name(as_text(*text), [&](std::string_view name, uint32_t number) { add_line(name, number); });
    place_globals();
    place_locals();
    warn_of_the_rest();
    return std::move(order_);
  }

 private:
  void add_line(std::string_view name, uint32_t number) {
    const auto [known, is_new] = index_of_.try_emplace(name, static_cast<uint32_t>(lines_.size()));
    if (is_new) return lines_.push_back({name, number});
    warn(number, fmt::format("{} is listed again; line {} counts", name, lines_[known->second].number));
  }

  void place_globals() {
    for (uint32_t i = 0; i < lines_.size(); i++) {
      const SymbolId id = link_.symbols.find(lines_[i].name);
      if (!id.is_valid()) continue;
      const AtomId atom = link_.symbols.atom(id);
      if (is_linked(link_, atom)) place({atom.value, i});
    }
  }

  // Names of local symbols stand in the files only.
  void place_locals() {
    const std::vector<InputFile*>& files = link_.inputs.files;
    std::vector<std::vector<Place>> found(files.size());
    parallel_for(link_.session.pool, files.size(), 16, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++)
        found[i] = link_.target().word_size == 8 ? find_locals<Elf64>(*files[i]) : find_locals<Elf32>(*files[i]);
    });
    for (const std::vector<Place>& places : found)
      for (const Place& one : places) place(one);
  }

  template <class E>
  std::vector<Place> find_locals(const InputFile& file) const {
    const ElfObject& object = object_of(file);
    std::vector<Place> places;
    for (uint32_t i = 1; i < object.first_global; i++) {
      const auto symbol = raw_symbol<E>(object, i);
      const uint32_t section = section_index(object, i, symbol);
      if (symbol.name == 0 || section >= object.atom_of.size()) continue;
      const auto line = index_of_.find(string_at(object.symbol_names, symbol.name));
      if (line == index_of_.end() || !is_linked(link_, object.atom_of[section])) continue;
      places.push_back({object.atom_of[section].value, line->second});
    }
    return places;
  }

  void place(const Place& place) {
    lines_[place.line].is_placed = true;
    const auto [known, is_new] = order_.try_emplace(place.atom, place.line);
    if (!is_new) known->second = std::min(known->second, place.line);
  }

  void warn_of_the_rest() const {
    for (const Line& line : lines_)
      if (!line.is_placed)
        warn(line.number, fmt::format("{} is not defined in a section of the inputs that is linked", line.name));
  }

  void warn(uint32_t number, std::string_view what) const {
    if (!link_.options().warn_symbol_ordering) return;
    link_.diagnostics().warn(
        fmt::format("{}:{}: {}; correct the list, or pass --no-warn-symbol-ordering", path_, number, what));
  }

  Link& link_;
  const std::string& path_;
  std::vector<Line> lines_;
  std::unordered_map<std::string_view, uint32_t> index_of_;
  std::unordered_map<uint32_t, uint32_t> order_;
};

}  // namespace

std::unordered_map<uint32_t, uint32_t> read_symbol_order(Link& link) {
  if (link.options().symbol_ordering_file.empty()) return {};
  return OrderReader(link).read();
}

}  // namespace xld::elf
