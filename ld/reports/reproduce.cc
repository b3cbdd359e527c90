// Paths and words of a reproduction. See reproduce.h.
#include "ld/reports/reproduce.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "core/path.h"
#include "ld/command_line.h"
#include "ld/help.h"
#include "ld/reports/tar.h"

namespace xld {

namespace {

constexpr std::string_view kResponseName = "response.txt";
constexpr std::string_view kVersionName = "version.txt";

bool is_absolute(std::string_view path) {
  return path.starts_with('/');
}

// Without empty parts, "." and "x/..": of a relative path, ".." is left at the front only.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  const bool has_root = is_absolute(path);
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!has_root) {
      parts.push_back(part);
    }
  }
  return parts;
}

std::string join(std::span<const std::string_view> parts) {
  std::string path;
  for (const std::string_view part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

size_t climbs(std::span<const std::string_view> parts) {
  return static_cast<size_t>(std::ranges::find_if(parts, [](auto part) { return part != ".."; }) - parts.begin());
}

bool is_reserved(std::string_view name) {
  return name == kResponseName || name == kVersionName;
}

}  // namespace

ReproducedPaths::ReproducedPaths(std::span<const InputFinder::OpenedFile> files) {
  std::set<std::string_view> first_parts;
  for (const InputFinder::OpenedFile& file : files) {
    if (is_absolute(file.path)) continue;
    const auto parts = parts_of(file.path);
    depth_ = std::max(depth_, climbs(parts));
    if (!parts.empty()) first_parts.insert(parts.front());
  }
  while (first_parts.contains(root_)) root_ += '_';
}

std::string ReproducedPaths::name(std::string_view path) const {
  const std::string clean = join(parts_of(path));
  if (is_absolute(path) || is_reserved(clean)) return root_ + "/" + clean;
  return clean.starts_with('-') || clean.starts_with('@') ? "./" + clean : clean;
}

std::string ReproducedPaths::response_place() const {
  return clean_place(std::string(kResponseName));
}

std::string ReproducedPaths::clean_place(const std::string& name) const {
  std::string folders;
  for (size_t i = 0; i < depth_; i++) folders += "work/";
  return join(parts_of(folders + name));
}

namespace {

// What becomes of an option in response.txt.
enum class Change : uint8_t {
  Keep,
  Drop,       // a report, or a part of the search for inputs
  NameInput,  // it stands for inputs
  Output,     // keeps the last part of its path
  Path,       // its value is a file that is opened
};

struct ChangeRow {
  std::string_view option;  // OptionName::name
  Change change;
};

constexpr ChangeRow kChanges[] = {
    {"retain-symbols-file", Change::Path},
    {"l", Change::NameInput},
    {"library", Change::NameInput},
    {"R", Change::NameInput},
    {"just-symbols", Change::NameInput},
    {"o", Change::Output},
    {"output", Change::Output},
    {"L", Change::Drop},
    {"library-path", Change::Drop},
    {"sysroot", Change::Drop},
    {"Map", Change::Drop},
    {"map", Change::Drop},
    {"dependency-file", Change::Drop},
    {"reproduce", Change::Drop},
    {"time-trace", Change::Drop},
    {"M", Change::Drop},
    {"print-map", Change::Drop},
    {"t", Change::Drop},
    {"trace", Change::Drop},
    {"y", Change::Drop},
    {"trace-symbol", Change::Drop},
    {"cref", Change::Drop},
    {"stats", Change::Drop},
    {"why-live", Change::Drop},
    {"print-gc-sections", Change::Drop},
};

Change change_of(std::string_view option) {
  const auto* row = std::ranges::find(kChanges, option, &ChangeRow::option);
  return row == std::end(kChanges) ? Change::Keep : row->change;
}

// "word" in double quotes if it needs them; in them, backslashes and quotes are escaped.
std::string quote(std::string_view word) {
  const bool is_plain = !word.empty() && word.find_first_of(" \t\r\n\v\f'\"\\") == std::string_view::npos;
  if (is_plain) return std::string(word);
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

// Goes through a command line that has been read without errors, and writes it down again.
class ResponseWriter {
 public:
  ResponseWriter(const Options& options, std::span<const InputFinder::OpenedFile> files)
      : options_(options),
        paths_(files),
        dialect_(dialect_for(options.program_name, options.arguments)),
        files_of_(options.inputs.size()) {
    for (const InputFinder::OpenedFile& file : files) {
      const bool is_requested = file.role == InputFinder::OpenedFile::Role::Requested;
      if (is_requested || file.role == InputFinder::OpenedFile::Role::Input)
        files_of_[file.option].push_back(file.path);
      has_requests_ |= is_requested;
    }
  }

  std::string write() {
    const std::vector<std::string>& words = options_.arguments;
    for (size_t i = 0; i < words.size();) {
      const bool is_option = may_be_option_ && words[i].size() > 1 && words[i][0] == '-';
      if (may_be_option_ && words[i] == "--") {
        may_be_option_ = false;
        add(words[i++]);
      } else if (is_option) {
        i += add_option(std::span(words).subspan(i));
      } else {
        add_input(std::span(words).subspan(i++, 1));
      }
    }
    // What objects ask for is named beside them, and would not be found where they ask for it.
    if (has_requests_ && dialect_.name == "gnu") add("--no-dependent-libraries");
    return std::move(text_);
  }

 private:
  void add(std::string_view word) { text_ += quote(word) + "\n"; }

  // Returns how many words it takes.
  size_t add_option(std::span<const std::string> words) {
    const auto match = find_option(dialect_, words[0]);
    const size_t count = match ? std::min(words.size(), 1 + value_count(*match)) : 1;
    const auto own = words.subspan(0, count);
    const Change change = match && !is_preferred(*match) ? change_of(match->entry->name) : Change::Keep;
    if (change == Change::NameInput) {
      add_input(own);
    } else if (change == Change::Output) {
      add("-o");
      add(base_name(options_.output));
    } else if (change == Change::Path) {
      add("--" + std::string(match->entry->name));
      add(paths_.name(match->value ? *match->value : own.back()));
    } else if (change == Change::Keep) {
      for (const std::string& word : own) add(word);
    }
    return count;
  }

  // None of those that mean something else in some dialect names a file.
  bool is_preferred(const OptionMatch& match) const {
    return std::ranges::any_of(dialect_.preferred.names, [&](const OptionName& name) { return &name == match.entry; });
  }

  static size_t value_count(const OptionMatch& match) {
    if (match.value || !match.is_on) return 0;
    const OptionRow& row = *match.entry->row;
    if (row.value == ValueKind::Required) return 1;
    if (row.value != ValueKind::Separate) return 0;
    return static_cast<size_t>(std::ranges::count(row.value_names, ' ')) + 1;
  }

  // The files that the words led to; the words themselves if that was none.
  void add_input(std::span<const std::string> words) {
    const size_t option = next_input_option();
    const bool is_found = option < files_of_.size() && !files_of_[option].empty();
    if (is_found) {
      for (const std::string_view path : files_of_[option]) add(paths_.name(path));
    } else {
      for (const std::string& word : words) add(word);
    }
  }

  size_t next_input_option() {
    const auto is_file = [](const InputOption& o) { return o.kind == InputKind::File || o.kind == InputKind::Library; };
    while (input_option_ < options_.inputs.size() && !is_file(options_.inputs[input_option_])) input_option_++;
    return input_option_++;
  }

  const Options& options_;
  const ReproducedPaths paths_;
  const Dialect dialect_;
  std::vector<std::vector<std::string_view>> files_of_;  // by index in Options::inputs
  bool may_be_option_ = true;
  bool has_requests_ = false;
  size_t input_option_ = 0;
  std::string text_;
};

}  // namespace

std::string response_text(const Options& options, std::span<const InputFinder::OpenedFile> files) {
  return ResponseWriter(options, files).write();
}

std::optional<Error> write_reproduction(const Options& options, const InputFinder& finder, ReportSink& sink) {
  const std::string_view stem = base_name(options.reproduce_file);
  const std::string folder = std::string(stem.substr(0, stem.find_last_of('.'))) + "/";
  const ReproducedPaths paths(finder.opened_files());
  const std::string response = response_text(options, finder.opened_files());
  const std::string version = version_line() + "\n";

  TarWriter tar;
  tar.add(folder + paths.response_place(), as_bytes(response));
  tar.add(folder + std::string(kVersionName), as_bytes(version));
  std::set<std::string> places;
  for (const InputFinder::OpenedFile& file : finder.opened_files()) {
    if (file.role == InputFinder::OpenedFile::Role::Compiled) continue;  // made again from what it was made of
    const std::string place = paths.place(file.path);
    if (places.insert(place).second) tar.add(folder + place, file.bytes);
  }
  return sink.write(options.reproduce_file, tar.finish());
}

}  // namespace xld
