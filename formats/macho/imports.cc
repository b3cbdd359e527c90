// See imports.h. ld64's manual, "Two-level namespace", "Weak"; <mach-o/nlist.h>, GET_LIBRARY_ORDINAL.
#include "formats/macho/imports.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fmt/core.h>
#include <set>
#include <span>

#include "core/hash.h"
#include "core/path.h"
#include "formats/macho/describe.h"
#include "formats/macho/exports.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/state.h"
#include "formats/macho/universal.h"
#include "formats/macho/versions.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

constexpr uint32_t kMaxReexportDepth = 16;

// "/usr/lib/libfoo.1.dylib" is foo, a framework's binary is what it is called.
std::string_view short_name(std::string_view path) {
  path = base_name(path);
  if (path.starts_with("lib")) path.remove_prefix(3);
  return path.substr(0, path.find('.'));
}

std::string_view client_name(const Link& link) {
  const DarwinOptions& options = link.options().darwin;
  if (!options.client_name.empty()) return options.client_name;
  return short_name(options.install_name.empty() ? output_name(link.options()) : options.install_name);
}

// ---- reading a library

// Collects the names of a library and of all it re-exports.
class LibraryCollector {
 public:
  LibraryCollector(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), arena_(link.session.arena(worker)) {}

  void collect() {
    MachoLibrary* library = new_library();
    auto texts = read(file_.bytes);
    if (!texts) {
      link_.diagnostics().error(fmt::format("{}: {}", file_.path, texts.error().message), file_.id);
      return;
    }
    library->is_program = (*texts)[0].install_name.empty();
    if (library->is_program && !(*texts)[0].is_host) {
      link_.diagnostics().error(
          fmt::format("{}: dylib missing LC_ID_DYLIB load command, which has its name", file_.path), file_.id);
      return;
    }
    const std::vector<std::string_view> reexports = (*texts)[0].reexports, needed = (*texts)[0].needed;
    check_client((*texts)[0]);
    take((*texts)[0], *library);
    for (const LibraryText& text : *texts) inlined_.push_back(text);
    seen_.insert((*texts)[0].install_name);
    const Origin origin{file_.path, (*texts)[0].runtime_paths};
    for (const std::string_view name : reexports) add_reexport(name, *library, {}, origin);
    if (link_.options().darwin.is_flat)
      for (const std::string_view name : needed) add_needed(name, *library, 0, origin);
    file_.loader_name = library->parts[0].install_name;
    offer();
    file_.format_data = library;
  }

 private:
  // Owned by the link: vectors have destructors.
  MachoLibrary* new_library() {
    MachoState& state = state_of(link_);
    const std::lock_guard lock(state.libraries_mutex);
    return &state.read_libraries.emplace_back();
  }

  Result<std::vector<LibraryText>> read(Bytes bytes) {
    if (is_text_stub(bytes)) return parse_text_stub(bytes, link_.target().cpu, arena_, stub_platform());
    auto slice = slice_for(bytes, link_.target().cpu);
    if (!slice) return slice.error();
    auto text = read_dynamic_library(*slice, link_.target().cpu, arena_);
    if (!text) return text.error();
    return std::vector<LibraryText>{std::move(*text)};
  }

  uint32_t stub_platform() const {
    const uint32_t platform = wanted_versions(link_).platform;
    return platform == 0 ? kPlatformMacos : platform;
  }

  void check_extension_safety(const LibraryText& text) const {
    if (!link_.options().darwin.is_extension_safe || text.is_extension_safe) return;
    const bool is_own = text.install_name == file_.loader_name || file_.loader_name.empty();
    link_.diagnostics().warn(
        fmt::format(
            "using '-application_extension' with unsafe dylib: {}{} is not safe for use in application extensions",
            file_.path, is_own ? "" : fmt::format("({})", text.install_name)),
        file_.id);
  }

  void check_client(const LibraryText& text) const {
    check_extension_safety(text);
    if ((text.allowable_clients.empty() && text.parent_umbrella.empty()) || may_use(text)) return;
    const std::string_view instead = text.parent_umbrella;
    link_.diagnostics().error(
        fmt::format("{}: may be linked by {} only, and the output is called {} (see -client_name)", file_.path,
                    instead.empty() ? "its allowed clients" : fmt::format("its umbrella, {},", instead),
                    client_name(link_)),
        file_.id);
  }

  // Parts of one umbrella may use each other.
  bool may_use(const LibraryText& text) const {
    const auto& clients = text.allowable_clients;
    const std::string_view name = client_name(link_);
    return std::find(clients.begin(), clients.end(), name) != clients.end() ||
           (!text.parent_umbrella.empty() &&
            (text.parent_umbrella == name || text.parent_umbrella == link_.options().darwin.umbrella));
  }

  std::vector<LibraryText> heed_linker_symbols(LibraryText text) {
    const Versions versions = wanted_versions(link_);
    std::vector<std::string> problems;
    auto parts = apply_linker_symbols(std::move(text), versions.platform, versions.minimum_os, problems);
    for (const std::string& problem : problems) link_.diagnostics().warn(file_.path + problem, file_.id);
    return parts;
  }

  // The names of one text; `$ld$` symbols apply to the library itself.
  void take(const LibraryText& text, MachoLibrary& library) {
    for (LibraryText& part : heed_linker_symbols(text)) {
      add_names(part, static_cast<uint32_t>(library.parts.size()), library);
      part.symbols.clear();
      library.parts.push_back(std::move(part));
    }
  }

  void add_names(const LibraryText& text, uint32_t part, MachoLibrary& library) {
    for (const LibrarySymbol& symbol : text.symbols) {
      names_.push_back(symbol.name);
      weak_names_.push_back(symbol.is_weak);
      library.names.push_back({part, symbol.is_weak, symbol.is_thread_local});
    }
  }

  // "/usr/lib/libfoo.dylib", "/System/Library/Frameworks/Foo.framework/Versions/A/Foo": what everybody may link.
  static bool is_public(std::string_view path) {
    constexpr std::string_view kLibraries = "/usr/lib/", kFrameworks = "/System/Library/Frameworks/";
    if (path.starts_with(kLibraries)) return path.find('/', kLibraries.size()) == path.npos;
    if (!path.starts_with(kFrameworks)) return false;
    path.remove_prefix(kFrameworks.size());
    const std::string_view folder = path.substr(0, path.find('/'));
    return folder == fmt::format("{}.framework", base_name(path));
  }

  // The library that passes another one on.
  struct Origin {
    std::string path;
    std::vector<std::string_view> runtime_paths;
  };

  // Where a re-exported library hangs: below `part`, so many libraries down.
  struct Place {
    uint32_t part = 0, depth = 0;
  };

  // A library that is re-exported is named itself if everybody may link it.
  bool is_named(std::string_view name, const LibraryText& text) const {
    return is_public(name) && !link_.options().darwin.names_given_libraries_only &&
           (text.allowable_clients.empty() || may_use(text));
  }

  void add_reexport(std::string_view name, MachoLibrary& library, Place place, const Origin& origin) {
    if (place.depth == kMaxReexportDepth || !seen_.insert(name).second) return;
    const LibraryText* text = nullptr;
    for (const LibraryText& candidate : inlined_)
      if (candidate.install_name == name) text = &candidate;
    LibraryText opened;
    Origin next_origin = origin;
    if (!text) {
      auto found = open(name, origin, next_origin.path);
      if (!found) {
        link_.diagnostics().warn(
            fmt::format("{}: unable to locate re-export with install name {}; searched below -syslibroot and beside it",
                        file_.path, name),
            file_.id);
        return;
      }
      opened = std::move(*found);
      next_origin.runtime_paths = opened.runtime_paths;
      text = &opened;
    }
    check_extension_safety(*text);
    const std::vector<std::string_view> reexports = text->reexports;
    LibraryText plain = *text;
    // Of a library that programs do not name themselves only the names count: it is the one that passes it on that the
    // loader asks.
    const bool is_own = is_named(name, plain);
    if (is_own) place.part = static_cast<uint32_t>(library.parts.size());
    for (LibraryText& part : heed_linker_symbols(std::move(plain))) {
      add_names(part, is_own ? static_cast<uint32_t>(library.parts.size()) : place.part, library);
      part.symbols.clear();
      if (is_own) library.parts.push_back(std::move(part));
    }
    place.depth++;
    for (const std::string_view next : reexports) add_reexport(next, library, place, next_origin);
  }

  // With one name space for all, names of libraries that a library needs itself are found, too. What is not there need
  // not be.
  void add_needed(std::string_view name, MachoLibrary& library, uint32_t depth, const Origin& origin) {
    if (depth == kMaxReexportDepth || !seen_.insert(name).second) return;
    Origin next_origin = origin;
    const auto text = open(name, origin, next_origin.path);
    if (!text) return;
    next_origin.runtime_paths = text->runtime_paths;
    add_names(*text, 0, library);
    for (const std::string_view next : text->reexports) add_needed(next, library, depth + 1, next_origin);
    for (const std::string_view next : text->needed) add_needed(next, library, depth + 1, next_origin);
  }

  std::optional<LibraryText> open(std::string_view name, const Origin& origin, std::string& found) {
    if (!link_.open_referenced) return std::nullopt;
    for (const std::string& path : candidate_paths(name, origin)) {
      const auto bytes = link_.open_referenced(path);
      if (!bytes) continue;
      auto texts = read(*bytes);
      if (!texts || texts->empty()) continue;
      for (size_t i = 1; i < texts->size(); i++) inlined_.push_back((*texts)[i]);
      found = path;
      return std::move((*texts)[0]);
    }
    return std::nullopt;
  }

  // In the SDK a stub stands where the library is on the system; libraries of a project lie beside each other.
  std::vector<std::string> candidate_paths(std::string_view name, const Origin& origin) const {
    std::vector<std::string> places, paths;
    add_given_folders(name, places);
    if (name.starts_with("@rpath/")) {
      const std::string rest(name.substr(6));
      for (const std::string_view path : origin.runtime_paths) add_places(std::string(path) + rest, origin, places);
      for (const std::string& path : link_.options().dynamic.runtime_paths) add_places(path + rest, origin, places);
    } else {
      add_places(std::string(name), origin, places);
    }
    places.push_back(std::string(folder_prefix(origin.path)).append(base_name(name)));
    for (std::string& place : places) {
      const std::string_view extension = ".dylib";
      const bool has_extension = place.ends_with(extension);
      paths.push_back((has_extension ? place.substr(0, place.size() - extension.size()) : place) + ".tbd");
      paths.push_back(std::move(place));
    }
    return paths;
  }

  // What -L and -F name comes before the place that the library names.
  void add_given_folders(std::string_view name, std::vector<std::string>& places) const {
    const Options& options = link_.options();
    const std::string leaf(base_name(name));
    const bool is_framework = name.ends_with(fmt::format("/{}.framework/{}", leaf, leaf));
    const std::string rest = is_framework ? fmt::format("/{}.framework/{}", leaf, leaf) : "/" + leaf;
    for (const std::string& folder : is_framework ? options.darwin.framework_paths : options.search_paths)
      places.push_back(folder + rest);
  }

  // What the loader would make of a path, at the time of linking.
  void add_places(const std::string& path, const Origin& origin, std::vector<std::string>& places) const {
    const std::string rest = path.substr(std::min(path.find('/'), path.size()) + (path.starts_with('@') ? 1 : 0));
    if (path.starts_with("@executable_path/")) {
      const DarwinOptions& options = link_.options().darwin;
      places.push_back(std::string(folder_prefix(options.executable_path.empty() ? link_.options().output
                                                                                 : options.executable_path)) +
                       rest);
    } else if (path.starts_with("@loader_path/")) {
      places.push_back(std::string(folder_prefix(origin.path)) + rest);
      std::error_code error;
      const auto real = std::filesystem::weakly_canonical(origin.path, error);
      if (!error) places.push_back(std::string(folder_prefix(real.native())) + rest);
    } else if (link_.options().darwin.system_roots.empty()) {
      places.push_back(link_.options().sysroot + path);
    } else {
      for (const std::string& root : link_.options().darwin.system_roots) places.push_back(root + path);
      places.push_back(path);
    }
  }

  void offer() {
    file_.first_global = 0;
    file_.globals = arena_.allocate_array<SymbolId>(names_.size());
    file_.occurrences = arena_.allocate_array<Occurrence>(names_.size());
    for (size_t i = 0; i < names_.size(); i++) {
      Occurrence occurrence;
      occurrence.name = names_[i].data();
      occurrence.length = static_cast<uint32_t>(names_[i].size());
      occurrence.hash = hash_name(names_[i]);
      occurrence.claim_class = weak_names_[i] ? ClaimClass::OutsideWeak : ClaimClass::Outside;
      file_.occurrences[i] = occurrence;
    }
  }

  Link& link_;
  InputFile& file_;
  Arena& arena_;
  std::vector<std::string_view> names_;
  std::vector<uint8_t> weak_names_;  // by name: its definition is weak
  std::deque<LibraryText> inlined_;
  std::set<std::string_view> seen_;
};

}  // namespace

void read_library(Link& link, InputFile& file, uint32_t worker) {
  LibraryCollector(link, file, worker).collect();
}

namespace {

std::string_view leaf_of(const LibraryText& part) {
  return base_name(part.install_name);
}

// For -sub_library: "/usr/lib/libfoo.1.dylib" is libfoo, or libfoo.1.
bool is_called(const LibraryText& part, std::string_view name) {
  const std::string_view leaf = leaf_of(part);
  return leaf.substr(0, leaf.find('.')) == name || leaf.substr(0, leaf.rfind('.')) == name;
}

// For -sub_umbrella.
bool is_framework(const LibraryText& part, std::string_view name) {
  return leaf_of(part) == name;
}

// -sub_library and -sub_umbrella name libraries that are linked.
using IsCalled = bool (*)(const LibraryText&, std::string_view);
void check_sub_names(const Link& link, const std::vector<std::string>& names, std::string_view option, IsCalled is_it) {
  for (const std::string& name : names) {
    const auto& libraries = link.inputs.libraries;
    const bool is_there = std::any_of(libraries.begin(), libraries.end(), [&](const InputFile* file) {
      const MachoLibrary& library = library_of(*file);
      return !library.parts.empty() && is_it(library.parts[0], name);
    });
    if (!is_there) link.diagnostics().error(fmt::format("{} {} does not match a supplied dylib", option, name));
  }
}

bool is_one_of(const LibraryText& part, const std::vector<std::string>& names, IsCalled is_it) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return is_it(part, name); });
}

}  // namespace

bool is_passed_on(const Link& link, const InputFile& file, const LibraryText& part) {
  const DarwinOptions& options = link.options().darwin;
  return file.use == LibraryUse::Reexport || is_one_of(part, options.sub_libraries, is_called) ||
         is_one_of(part, options.sub_umbrellas, is_framework);
}

int ordinal_of_own(const Link& link) {
  return link.options().darwin.is_flat ? kDynamicLookup : kThisImage;
}

std::string_view output_name(const Options& options) {
  return options.darwin.final_output.empty() ? options.output : options.darwin.final_output;
}

// ---- binding

namespace {

// Libraries of this format have compatible versions as wholes; their names have none.
void refuse_symbol_versions(const Link& link) {
  for (const DynamicImport& import : link.imports)
    if (!import.request.version.empty())
      link.diagnostics().error(fmt::format("{}: symbols of Mach-O libraries have no versions; leave out @{}",
                                           import.origin, import.request.version));
}

// Nobody looks into a program, unless it says that somebody will.
bool keeps_exports(const Link& link, const ExportRules& rules) {
  return link.target().output == OutputKind::SharedLibrary || rules.has_export_list() || link.options().export_dynamic;
}

// Names that a list exports although their definitions are hidden.
void warn_of_hidden_exports(const Link& link, std::span<const SymbolId> hidden) {
  constexpr size_t kMostShown = 3;
  for (const SymbolId id : hidden.first(std::min(hidden.size(), kMostShown)))
    link.diagnostics().warn(fmt::format("cannot export hidden symbol {}\n>>> defined in {}",
                                        describe_name(link, link.symbols.name(id)),
                                        link.inputs.file(link.symbols.claim(id).file()).display_name()));
  if (hidden.size() > kMostShown)
    link.diagnostics().warn(fmt::format("<... {} more similar warnings...>", hidden.size() - kMostShown));
}

}  // namespace

std::vector<uint8_t> foresee_exports(Link& link) {
  std::vector<uint8_t> is_shown(link.symbols.size(), 0);
  const ExportRules rules(link);
  if (!keeps_exports(link, rules)) return is_shown;
  for (uint32_t i = 0; i < is_shown.size(); i++) is_shown[i] = rules.exports(SymbolId{i});
  return is_shown;
}

void bind_symbols(Link& link) {
  refuse_symbol_versions(link);
  const DarwinOptions& options = link.options().darwin;
  check_sub_names(link, options.sub_libraries, "-sub_library", is_called);
  check_sub_names(link, options.sub_umbrellas, "-sub_umbrella", is_framework);
  const std::set<std::string_view> found_later(options.found_at_run_time.begin(), options.found_at_run_time.end());
  const ExportRules rules(link);
  MachoState& state = state_of(link);
  state.is_exported.assign(link.symbols.size(), 0);
  const bool shows_names = keeps_exports(link, rules);
  std::vector<SymbolId> hidden;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const Claim claim = link.symbols.claim(id);
    const uint32_t flags = link.symbols.flags(id);
    if (flags & symbol_flag::kDefined) {
      if (claim.claim_class() == ClaimClass::HiddenCoalesced && !rules.lists(id))
        link.symbols.add_flags(id, symbol_flag::kHidden);
      if (!rules.exports(id)) {
        if (link.symbols.has(id, symbol_flag::kHidden) && rules.lists(id)) hidden.push_back(id);
        continue;
      }
      state.is_exported[i] = 1;
      const bool is_coalesced = (flags & symbol_flag::kWeak) && !(flags & symbol_flag::kAbsolute);
      const bool can_change = is_coalesced || rules.is_interposable(id);
      link.symbols.add_flags(
          id, (shows_names ? symbol_flag::kExported : 0u) | (can_change ? symbol_flag::kPreemptible : 0u));
    } else if (claim.is_import()) {
      const bool is_passed_on = rules.passes_on(id);
      if (is_passed_on) state.reexported.push_back(id);
      link.symbols.add_flags(id, symbol_flag::kImported | (is_passed_on ? symbol_flag::kUsed : 0u));
    } else if (!claim.is_definition() && (options.finds_undefined_at_run_time || options.is_kext ||
                                          found_later.contains(link.symbols.name(id)))) {
      link.symbols.add_flags(id, symbol_flag::kImported);
    }
  }
  warn_of_hidden_exports(link, hidden);
}

namespace {

class ImportNumbering {
 public:
  explicit ImportNumbering(Link& link) : link_(link), state_(state_of(link)), options_(link.options().darwin) {}

  void run() {
    for (const InputFile* file : link_.inputs.libraries)
      if (file->use == LibraryUse::Weak) weak_libraries_.insert(library_of(*file).parts[0].install_name);
    for (uint32_t i = 0; i < link_.symbols.size(); i++) consider(SymbolId{i});
    std::sort(state_.imports.begin(), state_.imports.end(),
              [](const Import& a, const Import& b) { return a.name < b.name; });
    number_libraries();
    state_.import_of.assign(link_.symbols.size(), kNoImport);
    for (uint32_t i = 0; i < state_.imports.size(); i++) state_.import_of[state_.imports[i].symbol.value] = i;
  }

 private:
  void consider(SymbolId id) {
    constexpr uint32_t kWanted = symbol_flag::kUsed | symbol_flag::kRoot;
    const uint32_t flags = link_.symbols.flags(id);
    if ((flags & symbol_flag::kPreemptible) && (flags & symbol_flag::kWeak))
      state_.has_weak_definitions = state_.binds_to_weak = true;
    if (!(flags & symbol_flag::kImported) || !(flags & kWanted)) return;
    const Claim claim = link_.symbols.claim(id);
    if (link_.options().unresolved == UnresolvedPolicy::Warn && !claim.is_import() && !is_asked_for_later(id))
      link_.diagnostics().warn(
          fmt::format("undefined symbol: {}\n>>> it is looked for when the program is loaded", link_.symbols.name(id)));
    Import import;
    import.symbol = id;
    import.name = name_in_library(link_, id);
    import.ordinal = options_.is_kext ? kThisImage : kDynamicLookup;
    import.is_weak_reference = !(flags & (symbol_flag::kStronglyReferenced | symbol_flag::kRoot));
    const bool is_wanted_weakly = import.is_weak_reference;
    if (claim.is_import()) {
      const MachoLibrary& library = library_of(link_.inputs.file(claim.file()));
      const MachoLibrary::Name& name = library.names[claim.raw_symbol()];
      import.is_weak_definition = name.is_weak;
      state_.binds_to_weak |= name.is_weak;
      used_.insert({claim.file().value, name.part});
      if (!is_wanted_weakly) strongly_used_.insert({claim.file().value, name.part});
      import.is_weak_reference |= weak_libraries_.contains(library.parts[name.part].install_name) ||
                                  link_.inputs.file(claim.file()).use == LibraryUse::Weak;
    }
    state_.imports.push_back(import);
  }

  // -U
  bool is_asked_for_later(SymbolId id) const {
    const std::vector<std::string>& names = options_.found_at_run_time;
    return std::find(names.begin(), names.end(), link_.symbols.name(id)) != names.end();
  }

  // First those that were given, then those that they pass on.
  void number_libraries() {
    for (const bool is_given : {true, false}) {
      for (const InputFile* file : link_.inputs.libraries) {
        const MachoLibrary& library = library_of(*file);
        if (library.is_program) continue;
        for (uint32_t part = 0; part < library.parts.size(); part++)
          if ((part == 0) == is_given) number_library(*file, library, part);
      }
    }
    for (Import& import : state_.imports) {
      const Claim claim = link_.symbols.claim(import.symbol);
      if (!claim.is_import() || options_.is_flat) continue;
      const InputFile& file = link_.inputs.file(claim.file());
      const MachoLibrary& library = library_of(file);
      import.ordinal =
          library.is_program ? kMainExecutable : ordinals_[{file.id.value, library.names[claim.raw_symbol()].part}];
    }
  }

  // A library that nobody uses is loaded all the same, unless it was linked on condition.
  void number_library(const InputFile& file, const MachoLibrary& library, uint32_t part) {
    const std::pair<uint32_t, uint32_t> key{file.id.value, part};
    const bool is_used = used_.contains(key);
    const bool is_droppable = options_.drops_unused_libraries || library.parts[part].may_be_dropped;
    // A program passes nothing on.
    const bool is_for_others =
        link_.target().output == OutputKind::SharedLibrary && is_passed_on(link_, file, library.parts[part]);
    const bool is_dropped = is_droppable && file.use != LibraryUse::Needed && !is_for_others;
    if (!is_used && (part != 0 || !file.is_needed || is_dropped)) return;
    // The same install name may come from several stubs.
    for (uint32_t i = 0; i < state_.libraries.size(); i++) {
      if (state_.libraries[i].part->install_name != library.parts[part].install_name) continue;
      ordinals_[key] = static_cast<int>(i + 1);
      return;
    }
    const bool is_weak = file.use == LibraryUse::Weak || weak_libraries_.contains(library.parts[part].install_name);
    LoadedLibrary loaded{&file, &library.parts[part], is_weak};
    if (is_used && !strongly_used_.contains(key)) loaded.is_weak = true;
    state_.libraries.push_back(loaded);
    ordinals_[key] = static_cast<int>(state_.libraries.size());
  }

  Link& link_;
  MachoState& state_;
  const DarwinOptions& options_;
  std::set<std::string_view> weak_libraries_;  // that one mention says the program can do without
  std::set<std::pair<uint32_t, uint32_t>> used_, strongly_used_;
  std::map<std::pair<uint32_t, uint32_t>, int> ordinals_;
};

}  // namespace

void number_imports(Link& link) {
  ImportNumbering(link).run();
}

}  // namespace xld::macho
