// Inputs that the command line does not name: what scripts list, objects ask for, and plugins deliver. See inputs.h.
#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <numeric>

#include "core/path.h"
#include "formats/elf/script.h"
#include "formats/targets.h"
#include "ld/inputs.h"
#include "ld/link_time.h"
#include "ld/target.h"

namespace xld {

namespace {

constexpr uint32_t kMaxScriptDepth = 16;

// However either of them is spelled: through links, or with "..".
bool is_inside(const std::string& path, const std::string& directory) {
  if (directory.empty()) return false;
  std::error_code error;
  const auto file = std::filesystem::weakly_canonical(path, error);
  const auto folder = std::filesystem::weakly_canonical(directory, error);
  return !error && std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

}  // namespace

// ---- scripts and libraries

void InputFinder::open_script(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth) {
  if (depth >= kMaxScriptDepth) {
    link_.diagnostics().error(fmt::format("{}: linker scripts refer to each other more than {} deep", path, depth));
    return;
  }
  opened_files_.back().role = OpenedFile::Role::Script;
  const auto script = elf::parse_script(bytes, path);
  if (!script && may_claim_any_file(link_)) {
    add_object(path, {}, bytes, option.is_lazy);
    return;
  }
  if (!script) {
    link_.diagnostics().error(script.error().message);
    return;
  }
  heed_script(*script, path);
  for (const size_t begin : script->versions)
    link_.setting_files.push_back({SettingKind::VersionScript, path, bytes, begin});
  for (const elf::ScriptInput& entry : script->inputs) {
    if (entry.kind == elf::ScriptInputKind::GroupBegin || entry.kind == elf::ScriptInputKind::GroupEnd) continue;
    InputOption input = option;
    input.kind = entry.kind == elf::ScriptInputKind::Library ? InputKind::Library : InputKind::File;
    input.name = entry.name;
    input.as_needed = option.as_needed || entry.as_needed;
    open_library_script_entry(input, entry, path, depth + 1);
  }
}

// What a script says besides files and versions.
void InputFinder::heed_script(const elf::Script& script, const std::string& path) {
  for (const std::string& directory : script.search_paths) search_.add_directory(directory);
  link_.undefined_in_scripts.insert(link_.undefined_in_scripts.end(), script.undefined.begin(), script.undefined.end());
  if (!script.entry.empty()) link_.entry_in_script = script.entry;
  if (!script.startup.empty())
    link_.diagnostics().error(
        fmt::format("{}: STARTUP({}): name the file first on the command line instead", path, script.startup));
  for (const elf::ScriptAssignment& assignment : script.assignments) {
    using enum elf::AssignmentKind;
    link_.assignments.push_back({.name = assignment.name,
                                 .expression = assignment.expression,
                                 .source = fmt::format("{}:{}:", path, assignment.line),
                                 .is_provided = assignment.kind == Provide || assignment.kind == ProvideHidden,
                                 .is_hidden = assignment.kind == Hidden || assignment.kind == ProvideHidden});
  }
  for (const elf::ScriptAssertion& assertion : script.assertions)
    link_.assertions.push_back({.expression = assertion.expression,
                                .message = assertion.message,
                                .source = fmt::format("{}:{}:", path, assertion.line)});
  if (!script.output.empty()) name_output(script.output);
  link_.defines_commons = script.defines_common.value_or(link_.defines_commons);
  link_.dissolves_groups |= script.dissolves_groups;
  heed_script_target(script, path);
}

// Of several OUTPUT commands the first counts, as with GNU ld. What was opened before must not be overwritten either.
void InputFinder::name_output(const std::string& path) {
  if (link_.options().output_given || link_.output_path != link_.options().output) return;
  link_.output_path = path;
  for (const OpenedFile& file : opened_files_)
    if (is_output(file.path)) return;
}

// Names of what the inputs are, or the output: they are what they are, and have to agree.
void InputFinder::heed_script_target(const elf::Script& script, const std::string& path) {
  struct Naming {
    std::string_view command, name;
    TargetNameKind kind;
    std::string_view if_unknown;
  };
  constexpr std::string_view kNoFormat = "no such format; see --print-targets, and -b for inputs that are no objects";
  constexpr std::string_view kNoArchitecture = "no such architecture; there are i386 and i386:x86-64";
  const Naming namings[] = {{"OUTPUT_FORMAT", script.output_format, TargetNameKind::OutputFormat, kNoFormat},
                            {"TARGET", script.target, TargetNameKind::OutputFormat, kNoFormat},
                            {"OUTPUT_ARCH", script.output_arch, TargetNameKind::Architecture, kNoArchitecture}};
  for (const Naming& naming : namings) {
    if (naming.name.empty() || naming.name == "default") continue;
    const auto target = find_target_name(naming.kind, naming.name);
    if (target) {
      check_identity(path,
                     {.kind = FileKind::Object, .format = ObjectFormat::Elf, .cpu = target->cpu, .os = target->os}, {});
    } else {
      link_.diagnostics().error(fmt::format("{}: {}({}): {}", path, naming.command, naming.name, naming.if_unknown));
    }
  }
}

void InputFinder::open_library_script_entry(InputOption input, const elf::ScriptInput& entry,
                                            const std::string& script_path, uint32_t depth) {
  if (input.kind == InputKind::Library) {
    const auto path = search_.find_library(input, only_compatible("-l" + input.name));
    if (!path) return open_option(input, std::nullopt, depth);
    input.name = *path;
    return open_option(input, files_.open(*path), depth);
  }
  // GNU ld: "=" and absolute paths of a script inside the sysroot are relative to it; other names are looked for beside
  // the script first, then in the current directory and the search paths.
  const std::string& sysroot = link_.options().sysroot;
  if (input.name.starts_with('=')) {
    input.name = sysroot + input.name.substr(1);
  } else if (input.name.starts_with('/')) {
    if (is_inside(script_path, sysroot)) input.name = sysroot + input.name;
  } else if (const LibrarySearch::Acceptance accept = only_compatible(input.name);
             accept(std::string(folder_prefix(script_path)) + input.name)) {
    input.name = std::string(folder_prefix(script_path)) + input.name;
  } else if (!accept(input.name)) {
    input.name = search_.find_in_paths(input.name, accept).value_or(input.name);
  }
  auto bytes = files_.open(input.name);
  if (bytes) return open_option(input, std::move(bytes), depth);
  const bool is_script = entry.kind == elf::ScriptInputKind::Include;
  link_.diagnostics().error(fmt::format("{}:{}: cannot find {} {}: {}", script_path, entry.line,
                                        is_script ? "linker script" : "input", input.name, bytes.error().message));
}

// ---- what objects ask for

std::vector<InputFile*> InputFinder::add_requested(std::span<InputFile* const> files) {
  const size_t known = objects_.size();
  for (const InputFile* file : files)
    for (const InputRequest& request : file->requests)
      if (requested_.insert({request.kind, request.name}).second) open_requested(*file, request);
  note_new_inputs(known);
  return {objects_.begin() + static_cast<ptrdiff_t>(known), objects_.end()};
}

void InputFinder::open_requested(const InputFile& file, const InputRequest& request) {
  InputOption option = link_.options().requested;
  option.kind = request.kind;
  option.name = request.name;
  option.use = request.use;
  option.hides_definitions = request.hides_definitions;
  option.as_needed |= !request.is_specifier;
  if (const auto path = request.is_specifier ? find_specified(option) : find_asked_for(option)) {
    option.name = *path;
    const auto role = std::exchange(opening_role_, OpenedFile::Role::Requested);
    open_option(option, files_.open(*path), 0);
    opening_role_ = role;
    return;
  }
  if (!request.is_specifier) return missing_requests_.emplace_back(&file, &request), void();
  link_.diagnostics().error(fmt::format("{}: unable to find library from dependent library specifier: {}; give its "
                                        "directory with -L, or pass --no-dependent-libraries",
                                        file.display_name(), request.name),
                            file.id);
}

std::optional<std::string> InputFinder::find_asked_for(const InputOption& option) const {
  return option.kind == InputKind::Framework ? search_.find_framework(option)
                                             : search_.find_library(option, any_file());
}

// As lld reads it: what -l takes, a file in the search paths, a path.
std::optional<std::string> InputFinder::find_specified(InputOption& option) {
  const LibrarySearch::Acceptance accept = only_compatible(option.name);
  const bool is_plain = !option.name.starts_with(':');  // of -l only
  if (auto path = is_plain ? search_.find_library(option, accept) : std::nullopt) return path;
  if (auto path = search_.find_in_paths(option.name, accept)) return path;
  if (!exists(option.name)) return std::nullopt;
  option.kind = InputKind::File;
  return option.name;
}

void InputFinder::report_missing_requests() const {
  for (const auto& [file, request] : missing_requests_)
    link_.diagnostics().warn(fmt::format("{}: asks for {}{}, which is in no search path", file->display_name(),
                                         request->kind == InputKind::Framework ? "framework " : "-l", request->name),
                             file->id);
}

// ---- what plugins deliver

std::vector<InputFile*> InputFinder::add_compiled(const CompiledInputs& compiled, FileId rank) {
  const size_t known = objects_.size();
  opening_role_ = OpenedFile::Role::Compiled;
  if (!compiled.search_path.empty()) search_.add_directory(compiled.search_path);
  for (InputOption input : compiled.inputs) {
    if (input.kind == InputKind::Library) {
      const auto path = search_.find_library(input, only_compatible("-l" + input.name));
      if (!path) {
        open_option(input, std::nullopt, 0);
        continue;
      }
      input.name = *path;
    }
    open_option(input, compiled_files_.open(input.name), 0);
  }
  std::vector<InputFile*> objects(objects_.begin() + static_cast<ptrdiff_t>(known), objects_.end());
  note_new_inputs(known);
  if (rank.is_valid()) move_to_rank(objects, rank);
  return objects;
}

InputFile* InputFinder::add_made(std::string_view bytes) {
  InputFile& file = add_object("<made by the linker>", {}, as_bytes(bytes), false);
  link_.inputs.by_id.resize(places_.size());
  link_.inputs.by_id[file.id.value] = &file;
  return &file;
}

InputFile& InputFinder::add_made_library(const std::string& path, Bytes bytes) {
  InputFile& file = make_file(path, {}, bytes, 0);
  file.id = FileId{places_.size()};
  places_.emplace_back();
  file.is_library = true;
  libraries_.push_back(&file);
  link_.inputs.by_id.resize(places_.size());
  link_.inputs.by_id[file.id.value] = &file;
  link_.inputs.libraries = libraries_;
  return file;
}

void InputFinder::move_to_rank(std::span<InputFile* const> files, FileId rank) {
  std::vector<uint8_t> is_moved(places_.size());
  for (const InputFile* file : files) is_moved[file->id.value] = 1;
  std::vector<uint32_t> order(rank.value);  // new id to old
  std::iota(order.begin(), order.end(), 0U);
  for (const InputFile* file : files) order.push_back(file->id.value);
  for (uint32_t id = rank.value; id < places_.size(); id++)
    if (!is_moved[id]) order.push_back(id);

  std::vector<FileId> new_id(places_.size());
  std::vector<Place> places(places_.size());
  std::vector<InputFile*> by_id(places_.size());
  for (uint32_t id = 0; id < order.size(); id++) {
    new_id[order[id]] = FileId{id};
    places[id] = places_[order[id]];
    by_id[id] = link_.inputs.by_id[order[id]];
  }
  places_ = std::move(places);
  link_.inputs.by_id = std::move(by_id);
  for (InputFile& file : storage_) file.id = new_id[file.id.value];
  for (ArchiveInput& input : archives_)
    if (input.archive.member_count() != 0 && input.uses_index) input.first_place = new_id[input.first_place].value;
}

}  // namespace xld
