// See symbol_order.h.
#include "formats/elf/symbol_order.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/glob.h"
#include "core/list_lines.h"
#include "core/parallel.h"
#include "formats/elf/call_graph.h"
#include "formats/elf/named_atoms.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

using Places = std::unordered_map<uint32_t, uint32_t>;

struct Line {
  std::string_view name;
  uint32_t number = 0;
  bool is_placed = false;
};

class OrderReader {
 public:
  OrderReader(Link& link, std::string_view option, const std::string& path)
      : link_(link), option_(option), path_(path) {}

  Places read_symbols() {
    read_lines();
    for (const NamedAtom& found : find_named_atoms(link_, index_of_)) place(found.atom.value, found.name);
    warn_of_the_rest("is not defined in a section of the inputs that is linked");
    return std::move(places_);
  }

  Places read_sections() {
    read_lines();
    std::vector<Glob> globs;
    for (const Line& line : lines_) globs.emplace_back(line.name);
    const GlobSet patterns(std::move(globs));
    const std::vector<InputFile*>& files = link_.inputs.files;
    std::vector<std::vector<Match>> matches(files.size());
    parallel_for(link_.session.pool, files.size(), 16, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) matches[i] = match_sections(*files[i], patterns);
    });
    for (const std::vector<Match>& of_file : matches)
      for (const Match& match : of_file) place(match.atom, match.line);
    warn_of_the_rest("matches no section of the inputs that is linked");
    return std::move(places_);
  }

 private:
  struct Match {
    uint32_t atom = 0, line = 0;
  };

  void read_lines() {
    const auto text = link_.open_referenced(path_);
    if (!text) {
      link_.diagnostics().error(fmt::format("{}: cannot open {}: {}", option_, path_, text.error().message));
      return;
    }
    for_each_listed_name(as_text(*text), [&](std::string_view name, uint32_t number) { add_line(name, number); });
  }

  void add_line(std::string_view name, uint32_t number) {
    const auto [known, is_new] = index_of_.try_emplace(name, static_cast<uint32_t>(lines_.size()));
    if (is_new) return lines_.push_back({name, number});
    warn(number, fmt::format("{} is listed again; line {} counts", name, lines_[known->second].number));
  }

  std::vector<Match> match_sections(const InputFile& file, const GlobSet& patterns) const {
    std::vector<Match> matches;
    for (uint32_t i = file.first_atom.value; i < file.first_atom.value + file.atom_count; i++) {
      if (!link_.is_live[i]) continue;
      const uint32_t line = patterns.first_match(section_facts(link_, object_of(file), link_.atoms[i].raw).name);
      if (line != GlobSet::kNone) matches.push_back({i, line});
    }
    return matches;
  }

  void place(uint32_t atom, uint32_t line) {
    lines_[line].is_placed = true;
    const auto [known, is_new] = places_.try_emplace(atom, line);
    if (!is_new) known->second = std::min(known->second, line);
  }

  void warn_of_the_rest(std::string_view reason) const {
    for (const Line& line : lines_)
      if (!line.is_placed) warn(line.number, fmt::format("{} {}", line.name, reason));
  }

  void warn(uint32_t number, std::string_view what) const {
    if (!link_.options().warn_symbol_ordering) return;
    link_.diagnostics().warn(
        fmt::format("{}:{}: {}; correct the list, or pass --no-warn-symbol-ordering", path_, number, what));
  }

  Link& link_;
  std::string_view option_;
  const std::string& path_;
  std::vector<Line> lines_;
  std::unordered_map<std::string_view, uint32_t> index_of_;
  Places places_;
};

}  // namespace

Places read_atom_order(Link& link) {
  const Options& options = link.options();
  const bool has_several = !options.symbol_ordering_file.empty() + !options.section_ordering_file.empty() +
                               !options.call_graph_ordering_file.empty() >
                           1;
  if (has_several)
    link.diagnostics().error(
        "--symbol-ordering-file, --section-ordering-file and --call-graph-ordering-file each say an order; give one");
  if (!options.symbol_ordering_file.empty())
    return OrderReader(link, "--symbol-ordering-file", options.symbol_ordering_file).read_symbols();
  if (!options.section_ordering_file.empty())
    return OrderReader(link, "--section-ordering-file", options.section_ordering_file).read_sections();
  Places places;
  link.call_order = order_by_calls(link);
  for (const AtomId atom : link.call_order) places.emplace(atom.value, static_cast<uint32_t>(places.size()));
  return places;
}

}  // namespace xld::elf
