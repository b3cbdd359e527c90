// `$ld$` symbols of a library: what it was, or offered, on systems older than the one it comes with. See ld64's manual
// and the headers that make them (<TargetConditionals.h> users' LD_… macros).
//
//   $ld$hide$os10.5$_name             not there if the output is for exactly that system
//   $ld$add$os10.5$_name              there if the output is for exactly that system
//   $ld$install_name$os10.5$/path     the library's name on that system
//   $ld$previous$/path$version$platform$from$to$_name$   the name was in /path for systems from <= x < to; without
//                                     a name, the whole library had that name
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>
#include <map>
#include <set>

#include "formats/macho/library.h"

namespace xld::macho {

namespace {

constexpr std::string_view kPrefix = "$ld$";

// "$os10.5$rest" with the `$os` cut off: the version, if it is one, and the rest.
struct Condition {
  std::optional<uint32_t> version;
  std::string_view rest;
};

std::optional<Condition> parse_condition(std::string_view text) {
  if (!text.starts_with("os")) return std::nullopt;
  text.remove_prefix(2);
  const size_t end = text.find('$');
  if (end == std::string_view::npos) return std::nullopt;
  return Condition{parse_packed_version(text.substr(0, end)), text.substr(end + 1)};
}

struct Previous {
  std::string_view install_name;
  uint32_t compatibility_version = 0, platform = 0, from = 0, to = 0;
  std::string_view symbol;  // empty: all of them
};

// Nothing: the text is not of that form. The part in it that is no version is named.
std::optional<Previous> parse_previous(std::string_view text, std::string_view& bad_version) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const size_t end = text.find('$');
    if (end == std::string_view::npos) return std::nullopt;
    part = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (!text.ends_with('$')) return std::nullopt;
  Previous previous;
  previous.install_name = parts[0];
  previous.symbol = text.substr(0, text.size() - 1);  // names may have a $ themselves
  const auto number = std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), previous.platform);
  if (number.ec != std::errc()) return std::nullopt;
  struct Row {
    std::string_view text, name;
    uint32_t& version;
    bool may_be_empty;
  };
  const Row rows[] = {{parts[1], "compatibility", previous.compatibility_version, true},
                      {parts[3], "start", previous.from, false},
                      {parts[4], "end", previous.to, false}};
  for (const Row& row : rows) {
    if (row.text.empty() && row.may_be_empty) continue;
    const auto version = parse_packed_version(row.text);
    if (!version) bad_version = row.name;
    row.version = version.value_or(0);
  }
  return previous;
}

class Instructions {
 public:
  Instructions(LibraryText& library, uint32_t platform, uint32_t minimum_os, std::vector<std::string>& problems)
      : library_(library), platform_(platform), minimum_os_(minimum_os & ~0xffu), problems_(problems) {}

  std::vector<LibraryText> apply() {
    std::vector<LibrarySymbol> plain;
    for (const LibrarySymbol& symbol : library_.symbols) {
      if (symbol.name.starts_with(kPrefix)) {
        follow(symbol.name.substr(kPrefix.size()));
      } else {
        plain.push_back(symbol);
      }
    }
    for (const std::string_view name : added_) plain.push_back({name});
    std::erase_if(plain, [&](const LibrarySymbol& symbol) { return hidden_.contains(symbol.name); });
    return share_out(std::move(plain));
  }

 private:
  void follow(std::string_view instruction) {
    const size_t end = instruction.find('$');
    if (end == std::string_view::npos) return;
    const std::string_view verb = instruction.substr(0, end);
    const std::string_view rest = instruction.substr(end + 1);
    if (verb == "previous") return follow_previous(rest, instruction);
    const auto condition = parse_condition(rest);
    if (condition && !condition->version) report("os", instruction);
    if (!condition || condition->version != minimum_os_) return;
    if (verb == "hide") hidden_.insert(condition->rest);
    if (verb == "add") added_.push_back(condition->rest);
    if (verb == "install_name") library_.install_name = condition->rest;
  }

  void report(std::string_view version, std::string_view instruction) {
    problems_.push_back(fmt::format("({}): failed to parse {} version, symbol '{}{}' ignored", library_.install_name,
                                    version, kPrefix, instruction));
  }

  void follow_previous(std::string_view text, std::string_view instruction) {
    std::string_view bad_version;
    const auto previous = parse_previous(text, bad_version);
    if (!bad_version.empty()) return report(bad_version, instruction);
    if (!previous || previous->platform != platform_ || minimum_os_ < previous->from || minimum_os_ >= previous->to)
      return;
    if (!previous->symbol.empty()) {
      moved_[previous->symbol] = *previous;
      return;
    }
    library_.install_name = previous->install_name;
    if (previous->compatibility_version != 0) library_.compatibility_version = previous->compatibility_version;
  }

  std::vector<LibraryText> share_out(std::vector<LibrarySymbol> plain) {
    std::vector<LibraryText> all = {library_};
    all[0].symbols.clear();
    std::map<std::string_view, size_t> by_name;
    for (const LibrarySymbol& symbol : plain) {
      const auto moved = moved_.find(symbol.name);
      if (moved == moved_.end()) {
        all[0].symbols.push_back(symbol);
        continue;
      }
      const auto [place, is_new] = by_name.try_emplace(moved->second.install_name, all.size());
      if (is_new) {
        LibraryText& other = all.emplace_back();
        other.install_name = moved->second.install_name;
        const uint32_t version = moved->second.compatibility_version;
        other.current_version = version != 0 ? version : library_.current_version;
        other.compatibility_version = version != 0 ? version : library_.compatibility_version;
      }
      all[place->second].symbols.push_back(symbol);
    }
    return all;
  }

  LibraryText& library_;
  uint32_t platform_, minimum_os_;
  std::vector<std::string>& problems_;
  std::set<std::string_view> hidden_;
  std::vector<std::string_view> added_;
  std::map<std::string_view, Previous> moved_;
};

}  // namespace

std::vector<LibraryText> apply_linker_symbols(LibraryText library, uint32_t platform, uint32_t minimum_os,
                                              std::vector<std::string>& problems) {
  const bool has_any = std::any_of(library.symbols.begin(), library.symbols.end(),
                                   [](const LibrarySymbol& symbol) { return symbol.name.starts_with(kPrefix); });
  if (!has_any) return {std::move(library)};
  return Instructions(library, platform, minimum_os, problems).apply();
}

}  // namespace xld::macho
