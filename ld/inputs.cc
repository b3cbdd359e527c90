// Finding and opening inputs. See inputs.h.
#include "ld/inputs.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "core/glob.h"
#include "core/path.h"
#include "core/target_table.h"
#include "formats/elf/binary_input.h"
#include "formats/elf/library_needs.h"
#include "formats/elf/script.h"
#include "formats/macho/objc.h"
#include "formats/macho/universal.h"
#include "formats/targets.h"
#include "ld/file_guess.h"
#include "ld/link_time.h"
#include "ld/target.h"

namespace xld {

namespace {

constexpr std::string_view kNothing = "/dev/null";  // as an input it is none

bool is_same_path(std::string_view a, std::string_view b) {
  const auto without_dots = [](std::string_view path) {
    while (path.starts_with("./")) path.remove_prefix(2);
    return path;
  };
  return without_dots(a) == without_dots(b);
}

}  // namespace

// ---- from the command line to bytes

InputFinder::InputFinder(Link& link, FileSystem& files, bool believes_indexes)
    : link_(link), files_(files), believes_indexes_(believes_indexes), search_(link.options(), files) {}

void InputFinder::open_all() {
  const auto timer = link_.session.timings.measure("open");
  // Rank 0 belongs to the linker itself: common symbols, names given by --defsym and provided by default.
  places_.emplace_back();
  InputFile& linker = storage_.emplace_back();
  linker.id = FileId{0u};
  linker.path = "<linker>";
  link_.open_referenced = [this](const std::string& path) { return open_referenced(path); };
  link_.assignments = link_.options().assignments;
  for (Opened& opened : open_in_parallel()) {
    current_option_ = static_cast<size_t>(opened.option - link_.options().inputs.data());
    std::optional<std::string> path;
    if (opened.bytes) path = opened.path;
    open_found(*opened.option, std::move(path), std::move(opened.bytes), 0);
  }
  if (!link_.format) settle_target_by_archives();
  open_copied_needs();
  add_start_object();
  note_new_inputs(0);
  link_.inputs.by_id[0] = &linker;
}

// Lazy: what the inputs bring comes first.
void InputFinder::add_start_object() {
  if (!link_.format || !link_.format->make_start_object) return;
  const std::string_view object = link_.session.keep(link_.format->make_start_object(link_));
  if (!object.empty()) add_object("<start>", {}, as_bytes(object), true);
}

void InputFinder::note_new_inputs(size_t known_objects) {
  link_.inputs.by_id.resize(places_.size());
  for (size_t i = known_objects; i < objects_.size(); i++) link_.inputs.by_id[objects_[i]->id.value] = objects_[i];
  for (InputFile* library : libraries_) link_.inputs.by_id[library->id.value] = library;
  link_.inputs.libraries = libraries_;
}

// Opening twenty thousand objects is mostly waiting for the kernel: all threads do it.
std::vector<InputFinder::Opened> InputFinder::open_in_parallel() {
  std::vector<Opened> opened;
  for (const InputOption& option : link_.options().inputs) {
    if (option.kind == InputKind::File) opened.push_back({&option, place_of_file(option), std::nullopt});
    if (option.kind == InputKind::Library)
      opened.push_back({&option, search_.find_library(option, any_file()).value_or(""), std::nullopt});
    if (option.kind == InputKind::Framework)
      opened.push_back({&option, search_.find_framework(option).value_or(""), std::nullopt});
  }
  for (Opened& entry : opened)
    if (auto path = remapped(entry.path)) entry.path = std::move(*path);
  std::erase_if(opened, [](const Opened& entry) { return entry.path == kNothing; });
  parallel_for(link_.session.pool, opened.size(), 64, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
      if (!opened[i].path.empty()) opened[i].bytes = files_.open(opened[i].path);
  });
  return opened;
}

std::string InputFinder::place_of_file(const InputOption& option) const {
  std::string place = search_.place_of(option.name);
  if (!option.is_searched || files_.exists(place)) return place;
  return search_.find_in_paths(option.name, any_file()).value_or(place);
}

// --remap-inputs: the first pattern counts.
std::optional<std::string> InputFinder::remapped(const std::string& path) const {
  for (const auto& [glob, file] : link_.options().remapped_inputs)
    if (Glob(glob).matches(path)) return file;
  return std::nullopt;
}

// --copy-dt-needed-entries. What is not used in the end is not needed, as if --as-needed stood before it.
void InputFinder::open_copied_needs() {
  std::set<std::string, std::less<>> seen;
  for (size_t i = 0; i < copied_.size(); i++) {
    const std::string user_path = copied_[i]->path;
    const auto user = elf::read_shared_object(copied_[i]->bytes, link_.session.arena());
    if (!user) continue;  // reported when it is read
    const elf::NeedFinder finder(link_);
    for (const std::string_view name : user->needed) {
      if (!seen.emplace(name).second) continue;
      const auto found = finder.find(name, *user, user_path);
      if (!found) {
        link_.diagnostics().warn(
            fmt::format("{}, needed by {}, not found (try using -rpath or -rpath-link)", name, user_path));
        continue;
      }
      // The loader knows it by the name that its user says, if it has none of its own.
      InputOption option{.kind = InputKind::Library, .name = found->path, .as_needed = true, .copies_needs = true};
      open_option(option, found->bytes, 0);
    }
  }
}

void InputFinder::report_not_found(const InputOption& option) const {
  const bool is_framework = option.kind == InputKind::Framework;
  std::string paths;
  for (const std::string& path : is_framework ? search_.framework_paths() : search_.library_paths())
    paths += "\n  " + path;
  if (paths.empty()) paths = is_framework ? " no directory (use -F)" : " no directory (use -L)";
  const std::string_view what = is_framework ? "framework not found " : link_.options().missing_library;
  link_.diagnostics().error(fmt::format("{}{}; searched in:{}", what, option.name, paths));
}

void InputFinder::open_option(const InputOption& option, std::optional<Result<Bytes>> bytes, uint32_t depth) {
  if (!bytes) return report_not_found(option);
  if (!bytes->ok()) {
    link_.diagnostics().error(fmt::format("cannot open {}: {}", option.name, bytes->error().message));
    return;
  }
  if (is_output(option.name)) return;
  opened_files_.push_back({option.name, **bytes, current_option_, opening_role_});
  open_bytes(option, option.name, **bytes, depth);
}

// True: reported.
bool InputFinder::is_output(const std::string& path) const {
  if (link_.output_path == "-" || !is_same_path(path, link_.output_path)) return false;
  link_.diagnostics().error(fmt::format("{}: is an input and the output; name another output with -o", path));
  return true;
}

Result<Bytes> InputFinder::open_setting(const std::string& name) {
  const std::string path = files_.exists(name) ? name : search_.find_in_paths(name, any_file()).value_or(name);
  auto bytes = files_.open(path);
  if (bytes) opened_files_.push_back({path, *bytes, 0, OpenedFile::Role::Setting});
  return bytes;
}

Result<Bytes> InputFinder::open_referenced(const std::string& path) {
  auto bytes = files_.open(path);
  const std::lock_guard lock(referenced_mutex_);
  if (bytes) opened_files_.push_back({path, *bytes, 0, OpenedFile::Role::Setting});
  return bytes;
}

// The part that is for the output's CPU.
void InputFinder::open_universal(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth) {
  const Cpu cpu = link_.format ? link_.target().cpu : link_.options().target.cpu;
  const auto part = macho::find_slice(bytes, cpu);
  if (!part) {
    link_.diagnostics().error(fmt::format("{}: {}", path, part.error().message));
  } else if (*part) {
    open_bytes(option, path, **part, depth);
  } else if (cpu == Cpu::Unknown) {
    link_.diagnostics().error(
        fmt::format("{}: is a universal file; say for which CPU it is to be linked (-arch)", path));
  } else {
    const std::string text = fmt::format("{}: ignoring file because it {}", path, macho::missing_slice(bytes, cpu));
    link_.options().passes_over_foreign ? link_.diagnostics().warn(text) : link_.diagnostics().error(text);
  }
}

void InputFinder::open_bytes(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth) {
  if (option.is_embedded) return add_embedded(option, path, bytes);
  if (option.is_binary) return add_binary(path, bytes);
  if (option.just_symbols) return add_symbols(path, bytes);
  if (Archive::is_archive(bytes)) return open_archive(option, path, bytes);
  Identity identity = identify_file(bytes);
  if (identity.kind == FileKind::Universal) return open_universal(option, path, bytes, depth);
  if (identity.kind == FileKind::Executable && option.is_host) identity.kind = FileKind::SharedLibrary;
  if (identity.kind == FileKind::Unknown && elf::looks_like_script(bytes))
    return open_script(option, path, bytes, depth);
  if (passes_over(path, identity)) return;
  if (!check_identity(path, identity, bytes)) return;
  if (identity.kind == FileKind::SharedLibrary) return add_library(option, path, bytes);
  const bool is_forced = option.is_lazy && option.loads_classes && macho::has_classes(bytes);
  InputFile& file = add_object(path, {}, bytes, option.is_lazy && !is_forced);
  file.hides_definitions = option.hides_definitions;
  if (is_forced) file.taken_by = "-ObjC";
}

namespace {

// The first member that is an object speaks for all.
Identity identify_archive(Bytes bytes, const std::string& path) {
  const auto archive = Archive::open(bytes, path);
  const auto members = archive ? archive->read_members() : Result<std::vector<ArchiveMember>>(Error{});
  if (!members) return {};
  for (const ArchiveMember& member : *members)
    if (const Identity identity = identify_file(member.data); identity.kind == FileKind::Object) return identity;
  return {};
}

std::string incompatible_text(const std::string& name, const Identity& identity, Cpu wanted) {
  const std::string_view known = macho::architecture_name(identity.cpu);
  return fmt::format("{} has architecture {} which is incompatible with target architecture {}", name,
                     !known.empty() ? known : identity.foreign_cpu, macho::architecture_name(wanted));
}

}  // namespace

// What is for another CPU than the output's, if the dialect passes over such files.
bool InputFinder::is_for_other_cpu(const Identity& identity) const {
  const Cpu wanted = link_.format ? link_.target().cpu : link_.options().target.cpu;
  const bool is_wrong = identity.cpu != wanted && !identity.is_for_any_cpu && identity.kind != FileKind::CompilerIr &&
                        identity.kind != FileKind::Unknown;
  return link_.options().passes_over_foreign && wanted != Cpu::Unknown && is_wrong;
}

bool InputFinder::passes_over(const std::string& name, const Identity& identity) {
  if (!is_for_other_cpu(identity)) return false;
  const Cpu wanted = link_.format ? link_.target().cpu : link_.options().target.cpu;
  const std::string text = incompatible_text(name, identity, wanted);
  if (link_.options().darwin.refuses_foreign) {
    link_.diagnostics().error(text);
  } else {
    link_.diagnostics().warn(text + "; it is passed over");
  }
  return true;
}

bool InputFinder::check_identity(const std::string& name, const Identity& identity, Bytes bytes) {
  switch (identity.kind) {
    case FileKind::Object:
      break;
    case FileKind::CompilerIr:
      return true;  // what a plugin makes of it says for which target
    case FileKind::SharedLibrary:
      if (!link_.options().is_static && !link_.options().is_relocatable) break;
      if (link_.options().passes_over_libraries) {
        link_.diagnostics().warn(fmt::format("{}: ignoring unexpected dylib file: {} takes none", name,
                                             link_.options().is_static ? "-static" : "-r"));
        return false;
      }
      link_.diagnostics().error(
          fmt::format("attempted static link of dynamic object {}; name an archive of it, or link without {}", name,
                      link_.options().is_static ? "-static" : "-r"));
      return false;
    case FileKind::Executable:
      link_.diagnostics().error(fmt::format("{}: unhandled file type: is an executable, not an object", name));
      return false;
    case FileKind::Universal:
      link_.diagnostics().error(
          fmt::format("{}: is a universal file for several CPUs; take the one that is needed out of "
                      "it with lipo -thin",
                      name));
      return false;
    case FileKind::Unknown:
      if (may_claim_any_file(link_)) return true;
      link_.diagnostics().error(fmt::format("{}: {}", name, guess_file_type(bytes)));
      return false;
  }
  return settle_target(link_, name, identity);
}

InputFile& InputFinder::make_file(const std::string& path, std::string_view member, Bytes bytes, uint32_t source) {
  InputFile& file = storage_.emplace_back();
  file.path = path;
  file.member = member;
  file.bytes = bytes;
  file.source = source;
  const Identity identity = identify_file(bytes);
  if (identity.kind == FileKind::CompilerIr || identity.kind == FileKind::Unknown) file.ir = IrContent::Only;
  if (identity.kind == FileKind::CompilerIr) provide_plugin_for_bitcode(link_);
  file.is_foreign = is_foreign(link_, identity);
  return file;
}

InputFile& InputFinder::add_file(const std::string& path, const std::string& member, Bytes bytes) {
  InputFile& file = make_file(path, member, bytes, last_opened());
  file.id = FileId{places_.size()};
  places_.emplace_back();
  return file;
}

InputFile& InputFinder::add_object(const std::string& path, const std::string& member, Bytes bytes, bool is_lazy) {
  InputFile& file = add_file(path, member, bytes);
  if (is_lazy) places_.back().lazy = &file;
  if (!is_lazy && file.ir == IrContent::Only && link_.plugins.empty())
    link_.diagnostics().error(unclaimed_text(link_, file.display_name()));
  (is_lazy ? lazy_objects_ : objects_).push_back(&file);
  return file;
}

void InputFinder::add_library(const InputOption& option, const std::string& path, Bytes bytes) {
  // Naming a library twice changes nothing, but one mention without --as-needed makes it needed.
  for (InputFile* known : libraries_) {
    if (known->path != path) continue;
    known->is_needed |= !option.as_needed;
    if (option.use != LibraryUse::Normal) known->use = option.use;
    return;
  }
  InputFile& file = add_file(path, {}, bytes);
  file.is_library = true;
  // Unless it has a name of its own: -l says where it is found here, not where the loader is to look.
  const std::string_view name = file.path;
  file.loader_name = option.kind == InputKind::Library ? base_name(name) : name;
  file.is_needed = !option.as_needed;
  file.use = option.use;
  libraries_.push_back(&file);
  if (option.copies_needs) copied_.push_back(&file);
}

void InputFinder::add_binary(const std::string& path, Bytes bytes) {
  // Data does not say for which machine it is: without anything else that does, it is for the usual one.
  const Target& asked = link_.options().target;
  const Cpu cpu = asked.cpu == Cpu::Unknown ? Cpu::X86_64 : asked.cpu;
  if (!link_.format && !settle_target(link_, path, {FileKind::Object, ObjectFormat::Elf, cpu})) return;
  // An object with one data section and the three _binary_… symbols, made in memory and read like any other.
  const std::string_view object = link_.session.keep(elf::make_binary_object(link_.target(), path, bytes));
  if (!object.empty()) add_object(path, {}, as_bytes(object), false);
}

void InputFinder::add_embedded(const InputOption& option, const std::string& path, Bytes bytes) {
  const elf::EmbeddedData data{option.embed_name, option.embed_section, option.embed_alignment};
  const std::string_view object = link_.session.keep(elf::make_embedded_object(link_.target(), data, bytes));
  add_object(path, {}, as_bytes(object), false);
}

void InputFinder::add_symbols(const std::string& path, Bytes bytes) {
  if (!settle_target(link_, path, {FileKind::Object, identify_file(bytes).format, identify_file(bytes).cpu})) return;
  auto object = elf::make_symbols_object(link_.target(), bytes);
  if (!object) {
    link_.diagnostics().error(fmt::format("{}: --just-symbols: {}", path, object.error().message));
    return;
  }
  add_object(path, {}, as_bytes(link_.session.keep(std::move(*object))), false);
}

// ---- archives

void InputFinder::open_archive(const InputOption& option, const std::string& path, Bytes bytes) {
  // Archives are searched until nothing more is wanted, so naming one twice changes nothing.
  const auto [found, is_new] = archive_by_path_.try_emplace(path, nullptr);
  if (!is_new && !option.whole_archive) return;
  auto archive = Archive::open(bytes, path);
  if (!archive) {
    link_.diagnostics().error(fmt::format("{}: {}", path, archive.error().message));
    return;
  }
  // Of an archive for another CPU one says so; single members are passed over in silence.
  if (link_.options().passes_over_foreign && passes_over(path, identify_archive(bytes, path))) return;
  ArchiveInput& input = archives_.emplace_back(ArchiveInput{std::move(*archive), path});
  input.source = last_opened();
  found->second = &input;
  input.hides_definitions = option.hides_definitions;
  const bool uses_index = input.archive.has_index() && believes_indexes_ && !holds_foreign_objects(input);
  if (option.whole_archive || option.loads_classes || !uses_index) {
    add_members(option, input);
  } else {
    add_index(input);
  }
}

// An index has the names of the objects as they are, not as they are when they have been translated.
bool InputFinder::holds_foreign_objects(ArchiveInput& input) {
  if (input.archive.member_count() == 0) return false;
  const auto member = input.archive.member(0);
  const auto bytes = member ? member_bytes(input, *member) : std::nullopt;
  return bytes && is_foreign(link_, identify_file(*bytes));
}

void InputFinder::add_members(const InputOption& option, ArchiveInput& input) {
  const auto members = input.archive.read_members();
  if (!members) {
    link_.diagnostics().error(fmt::format("{}: {}", input.path, members.error().message));
    return;
  }
  for (const ArchiveMember& member : *members) {
    auto bytes = member_bytes(input, member);
    if (!bytes) continue;
    if (identify_file(*bytes).kind == FileKind::Universal)
      if (const auto part = macho::slice_for(*bytes, link_.options().target.cpu)) bytes = *part;
    const Identity identity = identify_file(*bytes);
    const std::string name = fmt::format("{}({})", input.path, member.name);
    // Members that are no objects (tables of contents of other tools, text) are passed over unless all are asked for.
    if (identity.kind == FileKind::Unknown && !option.whole_archive) continue;
    if (is_for_other_cpu(identity) || !check_identity(name, identity, *bytes)) continue;
    std::string_view taken_by;
    if (option.whole_archive) taken_by = option.is_forced ? "-force_load" : "-all_load";
    if (taken_by.empty() && option.loads_classes && macho::has_classes(*bytes)) taken_by = "-ObjC";
    InputFile& file = add_object(input.path, std::string(member.name), *bytes, taken_by.empty());
    file.hides_definitions = option.hides_definitions;
    file.taken_by = taken_by;
  }
}

void InputFinder::add_index(ArchiveInput& input) {
  input.uses_index = true;
  input.first_place = static_cast<uint32_t>(places_.size());
  for (uint32_t i = 0; i < input.archive.member_count(); i++) places_.push_back({&input, i, nullptr});
}

size_t InputFinder::offer_count() const {
  size_t count = 0;
  for (const ArchiveInput& input : archives_) count += input.uses_index ? input.archive.symbol_count() : 0;
  return count;
}

std::optional<Bytes> InputFinder::member_bytes(ArchiveInput& input, const ArchiveMember& member) {
  if (!input.archive.is_thin()) return member.data;
  const std::string path = input.archive.external_path(member);
  const auto bytes = files_.open(path);
  if (bytes) {
    opened_files_.push_back({path, *bytes, current_option_, OpenedFile::Role::ThinMember});
    return *bytes;
  }
  link_.diagnostics().error(fmt::format("{}: member {} of the thin archive: cannot open {}: {}", input.path,
                                        member.name, path, bytes.error().message));
  return std::nullopt;
}

InputFile* InputFinder::extract(FileId id) {
  InputFile* file = open_lazy(id);
  return file ? link_.inputs.by_id[id.value] = file : nullptr;
}

InputFile* InputFinder::open_lazy(FileId id) {
  Place& place = places_[id.value];
  if (link_.inputs.by_id[id.value]) return nullptr;
  if (place.lazy) return place.lazy;
  if (!place.archive || !place.archive->uses_index) return nullptr;

  ArchiveInput& input = *place.archive;
  const auto member = input.archive.member(place.member);
  if (!member) {
    place.archive = nullptr;  // the index is stale: what it promised stays undefined, and the link is tried without it
    return nullptr;
  }
  const auto bytes = member_bytes(input, *member);
  if (!bytes) return nullptr;
  const std::string name = fmt::format("{}({})", input.path, member->name);
  if (is_for_other_cpu(identify_file(*bytes))) {
    place.archive = nullptr;
    return nullptr;
  }
  if (!check_identity(name, identify_file(*bytes), *bytes)) return nullptr;
  InputFile& file = make_file(input.path, member->name, *bytes, input.archive.is_thin() ? last_opened() : input.source);
  file.id = id;
  file.hides_definitions = input.hides_definitions;
  return place.lazy = &file;
}

void InputFinder::put_back(const InputFile& file) {
  if (places_[file.id.value].lazy == &file) link_.inputs.by_id[file.id.value] = nullptr;
}

// ---- facts for reports

std::optional<InputFinder::DiskPlace> InputFinder::disk_place(const InputFile& file) const {
  const OpenedFile& opened = opened_files_[file.source];
  const uint8_t* begin = opened.bytes.data();
  if (file.bytes.data() < begin || file.bytes.data() >= begin + opened.bytes.size()) return std::nullopt;
  return DiskPlace{opened.path, static_cast<uint64_t>(file.bytes.data() - begin)};
}

std::vector<InputFinder::ArchiveFacts> InputFinder::archives() const {
  std::vector<ArchiveFacts> facts;
  for (const ArchiveInput& input : archives_) {
    const auto members = input.archive.read_members();
    facts.push_back({input.path, members ? members->size() : 0});
  }
  return facts;
}

bool InputFinder::relied_on_indexes() const {
  return std::any_of(archives_.begin(), archives_.end(), [](const ArchiveInput& input) { return input.uses_index; });
}

// ---- files for another CPU

namespace {

Identity identify_script(Bytes bytes, const std::string& path) {
  const auto script = elf::parse_script(bytes, path);
  if (!script || script->output_format.empty()) return {};
  const auto target = find_target_name(TargetNameKind::OutputFormat, script->output_format);
  return target ? Identity{.kind = FileKind::Object, .format = ObjectFormat::Elf, .cpu = target->cpu} : Identity{};
}

}  // namespace

// There is no object that would say what the output is for.
void InputFinder::settle_target_by_archives() {
  for (const ArchiveInput& input : archives_) {
    if (link_.format) return;
    const Identity identity = identify_archive(opened_files_[input.source].bytes, input.path);
    if (identity.kind == FileKind::Object) settle_target(link_, input.path, identity);
  }
}

// False as long as it is not known what the output is for.
bool InputFinder::is_incompatible(Bytes bytes, const std::string& path) const {
  const Cpu wanted = link_.format ? link_.target().cpu : link_.options().target.cpu;
  if (wanted == Cpu::Unknown) return false;
  Identity identity = identify_file(bytes);
  if (Archive::is_archive(bytes)) identity = identify_archive(bytes, path);
  if (identity.kind == FileKind::Unknown && elf::looks_like_script(bytes)) identity = identify_script(bytes, path);
  if (identity.kind == FileKind::Unknown || identity.is_for_any_cpu) return false;
  return identity.cpu == Cpu::Unknown ? !identity.foreign_cpu.empty() : identity.cpu != wanted;
}

LibrarySearch::Acceptance InputFinder::only_compatible(const std::string& sought) {
  return [this, sought](const std::string& path) {
    if (!exists(path)) return false;
    const auto bytes = files_.open(path);
    if (!bytes || !is_incompatible(*bytes, path)) return true;
    link_.diagnostics().note(fmt::format("skipping incompatible {} when searching for {}", path, sought));
    return false;
  };
}

// What was found for -l is looked at: if it is for another CPU, the search goes on behind it. If nothing was found, it
// is searched for again: a script that came before may have added directories.
void InputFinder::open_found(InputOption option, std::optional<std::string> path, std::optional<Result<Bytes>> bytes,
                             uint32_t depth) {
  const bool is_wrong = !path || (bytes && bytes->ok() && is_incompatible(**bytes, *path));
  if (option.kind == InputKind::Library && is_wrong) {
    path = search_.find_library(option, only_compatible("-l" + option.name));
    bytes.reset();
    if (path) bytes = files_.open(*path);
  }
  if (path) option.name = *path;
  open_option(option, std::move(bytes), depth);
}

}  // namespace xld
