// See order_file.h.
#include "formats/macho/order_file.h"

#include <fmt/core.h>
#include <unordered_map>
#include <vector>

#include "core/list_lines.h"
#include "formats/macho/object.h"
#include "formats/macho/universal.h"

namespace xld::macho {

namespace {

struct Line {
  std::string_view object;  // empty: any
  uint32_t rank = 0;
};

constexpr std::string_view kArchitectures[] = {"i386", "x86_64", "arm64", "arm64e", "ppc", "ppc64", "armv7"};

class OrderReader {
 public:
  explicit OrderReader(Link& link) : link_(link) {}

  std::map<AtomId, uint32_t> read() {
    for (const std::string& path : link_.options().darwin.order_files) read_file(path);
    if (!lines_.empty())
      for (const InputFile* file : link_.inputs.files) match(*file);
    match_commons();
    return std::move(order_);
  }

 private:
  void read_file(const std::string& path) {
    const auto text = link_.open_referenced(path);
    if (!text) {
      link_.diagnostics().error(fmt::format("-order_file: cannot open {}: {}", path, text.error().message));
      return;
    }
    for_each_listed_name(as_text(*text), [&](std::string_view line, uint32_t) { add_line(line); });
  }

  void add_line(std::string_view text) {
    for (const std::string_view name : kArchitectures) {
      if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != ':') continue;
      if (name != architecture_name(link_.target().cpu)) return;
      text.remove_prefix(name.size() + 1);
      break;
    }
    Line line;
    line.rank = next_++;
    for (const std::string_view end : {".o:", ".o):"}) {
      const size_t place = text.find(end);
      if (place == text.npos) continue;
      line.object = text.substr(0, place + end.size() - 1);
      text.remove_prefix(place + end.size());
      break;
    }
    lines_[std::string(text)].push_back(line);
  }

  void match(const InputFile& file) {
    const MachoObject& object = object_of(file);
    for (uint32_t i = 0; i < object.symbol_count; i++) {
      const RawSymbol raw = raw_symbol(link_, object, i);
      if (!is_defined_in_section(raw)) continue;
      const auto found = lines_.find(std::string(symbol_name(object, raw)));
      if (found == lines_.end()) continue;
      const Subsection* piece = subsection_of(object, i);
      if (piece && piece->atom.is_valid()) place(file, piece->atom, found->second);
    }
  }

  // Memory for common symbols belongs to no file.
  void match_commons() {
    for (const auto& [name, lines] : lines_) {
      const SymbolId id = link_.symbols.find(name);
      if (!id.is_valid() || link_.symbols.claim(id).claim_class() != ClaimClass::Common) continue;
      const AtomId atom = link_.symbols.atom(id);
      if (atom.is_valid()) place(link_.inputs.file(link_.symbols.claim(id).file()), atom, lines);
    }
  }

  // "main.o", or "libx.a(main.o)", with as much of the path as there is.
  static bool is_meant(const std::string& name, std::string_view object) {
    if (!std::string_view(name).ends_with(object)) return false;
    return name.size() == object.size() || name[name.size() - object.size() - 1] == '/';
  }

  void place(const InputFile& file, AtomId atom, const std::vector<Line>& lines) {
    const std::string name = file.display_name();
    for (const Line& line : lines) {
      if (!line.object.empty() && !is_meant(name, line.object)) continue;
      const auto [known, is_new] = order_.try_emplace(atom, line.rank);
      if (!is_new) known->second = std::min(known->second, line.rank);
    }
  }

  Link& link_;
  std::unordered_map<std::string, std::vector<Line>> lines_;
  uint32_t next_ = 0;
  std::map<AtomId, uint32_t> order_;
};

}  // namespace

std::map<AtomId, uint32_t> read_order(Link& link) {
  if (link.options().darwin.order_files.empty()) return {};
  return OrderReader(link).read();
}

}  // namespace xld::macho
