// See library_search.h.
#include "ld/library_search.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>

#include "core/target_table.h"

namespace xld {

namespace {

// Those of -L, then the system's own. Of another system than this one they make sense inside a sysroot only.
std::vector<std::string> search_paths_of(const Options& options) {
  std::vector<std::string> paths = options.search_paths;
  const Target& target = options.target;
  const TargetRow* row = find_target_row(target.format, target.cpu, target.os);
  if (!row || options.no_standard_paths) return paths;
  if (options.sysroot.empty() && row->os != OperatingSystem::Linux) return paths;
  for (std::string_view rest = row->search_paths; !rest.empty();) {
    const std::string_view path = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    paths.push_back((options.sysroot.empty() ? "" : "=") + std::string(path));
  }
  return paths;
}

void add_once(std::string path, std::vector<std::string>& paths) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
}

}  // namespace

LibrarySearch::LibrarySearch(const Options& options, FileSystem& files)
    : options_(options), files_(files), directories_(search_paths_of(options)) {}

std::string LibrarySearch::in_sysroot(const std::string& directory) const {
  const std::string& sysroot = options_.sysroot;
  if (directory.starts_with('=')) return sysroot + directory.substr(1);
  constexpr std::string_view kVariable = "$SYSROOT";
  if (directory.starts_with(kVariable)) return sysroot + directory.substr(kVariable.size());
  return directory;
}

std::vector<std::string> LibrarySearch::library_paths() const {
  return in_sysroot(directories_, options_.standard_paths);
}

std::vector<std::string> LibrarySearch::framework_paths() const {
  return in_sysroot(options_.darwin.framework_paths, options_.darwin.standard_framework_paths);
}

// With several roots: below each that has it. An absolute directory that none of them has is one of this machine.
void LibrarySearch::add_places(const std::string& directory, std::vector<std::string>& paths) const {
  const bool is_standard = directory.starts_with('=');
  const std::string plain = is_standard ? directory.substr(1) : directory;
  bool is_below_root = false;
  for (const std::string& root : options_.darwin.system_roots) {
    std::string path = root + plain;
    if (!plain.starts_with('/') || !files_.exists(path)) continue;
    is_below_root = true;
    add_once(std::move(path), paths);
  }
  if (is_below_root) return;
  if (options_.darwin.system_roots.empty() || !is_standard) add_once(in_sysroot(directory), paths);
}

// Standard paths belong to the target's files: without a sysroot they would be those of this machine.
std::vector<std::string> LibrarySearch::in_sysroot(const std::vector<std::string>& given,
                                                   const std::vector<std::string>& standard) const {
  std::vector<std::string> paths;
  for (const std::string& directory : given) add_places(directory, paths);
  const bool has_standard =
      !options_.no_standard_paths && (!options_.sysroot.empty() || !options_.darwin.system_roots.empty());
  for (const std::string& directory : standard)
    if (has_standard) add_places(directory, paths);
  return paths;
}

std::string LibrarySearch::describe() const {
  std::string text;
  switch (options_.search_report) {
    case SearchReport::None:
      break;
    case SearchReport::ScriptCommands:
      for (const std::string& path : directories_) text += fmt::format("SEARCH_DIR(\"{}\");\n", path);
      break;
    case SearchReport::Lists:
      text = "Library search paths:\n";
      for (const std::string& path : library_paths()) text += "\t" + path + "\n";
      text += "Framework search paths:\n";
      for (const std::string& path : framework_paths()) text += "\t" + path + "\n";
      break;
  }
  return text;
}

bool LibrarySearch::is_there(const std::string& path, bool exists) const {
  if (options_.darwin.reports_search) trace_ += fmt::format("searched {}, {}\n", path, exists ? "found" : "not found");
  return exists;
}

std::string LibrarySearch::place_of(const std::string& path) const {
  if (path.starts_with('/'))
    for (const std::string& root : options_.darwin.system_roots)
      if (std::string place = root + path; files_.exists(place)) return place;
  return path;
}

std::optional<std::string> LibrarySearch::find_in_paths(const std::string& file, const Acceptance& accept) const {
  for (const std::string& directory : library_paths()) {
    std::string path = directory + "/" + file;
    if (accept(path)) return path;
  }
  return std::nullopt;
}

// What stands behind a comma is a variant of the framework's binary, which need not exist.
std::optional<std::string> LibrarySearch::find_framework(const InputOption& option) const {
  const size_t comma = std::min(option.name.find(','), option.name.size());
  const std::string name = option.name.substr(0, comma);
  const std::string variant = option.name.substr(std::min(comma + 1, option.name.size()));
  const std::vector<std::string> directories = framework_paths();
  for (const std::string& suffix : variant.empty() ? std::vector<std::string>{""} : std::vector{variant, std::string()})
    for (const std::string& directory : directories) {
      const std::string plain = fmt::format("{0}/{1}.framework/{1}", directory, name);
      // The variant lies where the link to the binary leads.
      std::error_code error;
      const auto real = suffix.empty() ? std::filesystem::path() : std::filesystem::weakly_canonical(plain, error);
      for (const std::string& stem : {plain + suffix, real.string() + suffix})
        for (const std::string& path : {stem + ".tbd", stem})
          if (stem.size() > suffix.size() && is_there(path, files_.exists(path))) return path;
    }
  return std::nullopt;
}

std::optional<std::string> LibrarySearch::find_library(const InputOption& option, const Acceptance& accept) const {
  if (option.name.starts_with(':')) return find_in_paths(option.name.substr(1), accept);
  if (options_.finds_objects && option.name.ends_with(".o")) return find_in_paths(option.name, accept);
  // With -r there is nothing to be done with one, and only dialects that say so pass over it.
  const bool joins = options_.is_relocatable && !options_.passes_over_libraries;
  const bool takes_shared = !option.is_static && !options_.is_static && !joins;
  const std::vector<std::string> directories = library_paths();
  const auto find_shared = [&](const std::string& directory) -> std::optional<std::string> {
    for (const std::string& suffix : options_.shared_suffixes)
      if (std::string path = fmt::format("{}/lib{}{}", directory, option.name, suffix); is_there(path, accept(path)))
        return path;
    return std::nullopt;
  };
  if (takes_shared && options_.darwin.searches_shared_first)
    for (const std::string& directory : directories)
      if (auto path = find_shared(directory)) return path;
  for (const std::string& directory : directories) {
    if (takes_shared)
      if (auto path = find_shared(directory)) return path;
    const std::string path = fmt::format("{}/lib{}.a", directory, option.name);
    if (is_there(path, accept(path))) return path;
  }
  return std::nullopt;
}

}  // namespace xld
