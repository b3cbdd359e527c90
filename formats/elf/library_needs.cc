// See library_needs.h.
#include "formats/elf/library_needs.h"

#include <algorithm>
#include <deque>
#include <fmt/core.h>
#include <map>
#include <set>

#include "core/path.h"
#include "core/target_table.h"
#include "formats/elf/format.h"

namespace xld::elf {

namespace {

void append_paths(std::string_view list, std::vector<std::string>& out) {
  while (!list.empty()) {
    const std::string_view path = list.substr(0, list.find(':'));
    list.remove_prefix(std::min(path.size() + 1, list.size()));
    if (!path.empty()) out.emplace_back(path);
  }
}

// Paths that the loader will see start at the sysroot while we link.
std::string in_sysroot(const std::string& sysroot, std::string path) {
  if (path.starts_with('=')) return sysroot + path.substr(1);
  return path.starts_with('/') ? sysroot + path : path;
}

// ld.so(8): $ORIGIN and ${ORIGIN} are the folder of the library.
std::string with_origin(std::string path, std::string_view origin) {
  for (const std::string_view variable : {"${ORIGIN}", "$ORIGIN"})
    for (size_t at = 0; (at = path.find(variable, at)) != path.npos; at += origin.size())
      path.replace(at, variable.size(), origin);
  return path;
}

}  // namespace

// ---- where libraries are

NeedFinder::NeedFinder(const Link& link) : link_(link) {
  const Options& options = link.options();
  const auto append = [&](const std::vector<std::string>& lists, bool always_in_sysroot) {
    std::vector<std::string> paths;
    for (const std::string& list : lists) append_paths(list, paths);
    for (std::string& path : paths)
      if (always_in_sysroot || path.starts_with('=')) path = in_sysroot(options.sysroot, path);
    first_.insert(first_.end(), paths.begin(), paths.end());
  };
  append(options.dynamic.link_time_paths, false);
  append(options.dynamic.runtime_paths, true);
  if (options.sysroot.empty()) append(options.dynamic.environment_paths, false);
  const TargetRow* row = find_target_row(ObjectFormat::Elf, link.target().cpu, link.target().os);
  if (options.no_standard_paths || !row) return;
  append_paths(row->search_paths, last_);
  for (std::string& path : last_) path = in_sysroot(options.sysroot, path);
}

std::optional<NeedFinder::Found> NeedFinder::open(const std::string& path) const {
  const auto bytes = link_.open_referenced(path);
  if (!bytes) return std::nullopt;
  const Identity identity = identify(*bytes);
  if (identity.kind != FileKind::SharedLibrary || identity.cpu != link_.target().cpu) return std::nullopt;
  return Found{path, *bytes};
}

std::optional<NeedFinder::Found> NeedFinder::find_in(const std::vector<std::string>& directories,
                                                     std::string_view name) const {
  for (const std::string& directory : directories)
    if (auto found = open(fmt::format("{}/{}", directory, name))) return found;
  return std::nullopt;
}

std::optional<NeedFinder::Found> NeedFinder::find(std::string_view name, const SharedObject& user,
                                                  std::string_view user_path) const {
  if (name.find('/') != name.npos) return open(std::string(name));
  if (auto found = find_in(first_, name)) return found;
  std::vector<std::string> own;
  append_paths(user.runtime_path.empty() ? user.old_runtime_path : user.runtime_path, own);
  const std::string_view origin = directory_of(user_path);
  for (std::string& path : own) {
    const bool is_beside = path.starts_with("$ORIGIN") || path.starts_with("${ORIGIN}");
    path = is_beside ? with_origin(path, origin) : in_sysroot(link_.options().sysroot, path);
  }
  if (auto found = find_in(own, name)) return found;
  return find_in(last_, name);
}

// ---- names that libraries refer to

namespace {

class LibraryNeeds {
 public:
  explicit LibraryNeeds(Link& link) : link_(link), symbols_(link.symbols) {}

  void run() {
    for (InputFile* library : link_.inputs.libraries)
      if (library->is_needed) take(*library);
    for (size_t looked_at = 0, asked = 0; looked_at < taken_.size(); looked_at++) {
      for (; asked < taken_.size(); asked++) take_named_by(*taken_[asked]);
      look_at(*taken_[looked_at]);
    }
    if (is_checked()) check();
  }

 private:
  struct Missing {
    const InputFile* user = nullptr;
    SymbolId symbol;
  };

  void take(InputFile& library) {
    if (library.format_data && is_taken_.insert(&library).second) taken_.push_back(&library);
  }

  // They are loaded with their user, whether the output names them or not.
  void take_named_by(const InputFile& user) {
    const auto needed = library_of(user).needed;
    for (InputFile* library : link_.inputs.libraries)
      if (std::find(needed.begin(), needed.end(), name_of(*library)) != needed.end()) take(*library);
  }

  // As others call it in DT_NEEDED.
  static std::string_view name_of(const InputFile& library) { return base_name(library.loader_name); }

  // Notes what the library refers to and nobody else provides, and has libraries that provide it needed.
  void look_at(const InputFile& library) {
    const SharedObject& object = library_of(library);
    for (uint32_t i = 0; i < library.globals.size(); i++) {
      const SymbolId id = library.globals[i];
      const Claim claim = symbols_.claim(id);
      if (symbols_.has(id, symbol_flag::kExported)) continue;
      InputFile* provider = claim.is_import() ? link_.inputs.by_id[claim.file().value] : nullptr;
      if (provider && is_taken_.contains(provider)) continue;
      const SharedSymbol symbol = shared_symbol(object, library.first_global + i);
      if (symbol.is_defined() || symbol.binding == STB_WEAK || !symbol.is_visible() || symbol.name.empty()) continue;
      if (provider) {
        provider->is_needed = true;
        take(*provider);
      } else {
        missing_.try_emplace(symbol.name, Missing{&library, id});
      }
    }
  }

  // As GNU ld and lld: for programs, unless the user says otherwise.
  bool is_checked() const {
    const Answer allowed = link_.options().dynamic.shlib_undefined;
    if (allowed != Answer::Unset) return allowed == Answer::No;
    return link_.target().output != OutputKind::SharedLibrary;
  }

  void check() {
    std::erase_if(missing_, [&](const auto& entry) {
      const auto& ignored = link_.options().ignored_undefined;
      return std::find(ignored.begin(), ignored.end(), entry.first) != ignored.end();
    });
    if (missing_.empty()) return;
    // A name may be there in a version that only those mean who say so.
    for (const InputFile* library : link_.inputs.libraries)
      if (library->format_data) strike_out(library_of(*library));
    search_needs_of_needs();
    if (!missing_.empty()) report();
  }

  void strike_out(const SharedObject& object) {
    for (uint32_t i = object.first_global; i < object.symbol_count && !missing_.empty(); i++) {
      const SharedSymbol symbol = shared_symbol(object, i);
      if (symbol.is_defined() && symbol.is_visible()) missing_.erase(symbol.name);
    }
  }

  void search_needs_of_needs() {
    struct User {
      const SharedObject* object;
      std::string path;
    };
    const NeedFinder finder(link_);
    std::set<std::string_view> seen;
    for (const InputFile* library : link_.inputs.libraries) seen.insert(name_of(*library));
    std::deque<User> users;
    for (const InputFile* library : taken_) users.push_back({&library_of(*library), library->path});
    Arena& arena = link_.session.arena();
    for (; !users.empty() && !missing_.empty(); users.pop_front()) {
      for (const std::string_view name : users.front().object->needed) {
        if (!seen.insert(name).second) continue;
        const auto found = finder.find(name, *users.front().object, users.front().path);
        const auto object = found ? read_shared_object(found->bytes, arena) : Result<SharedObject>(Error{"not found"});
        if (!object) {
          not_found_.push_back(fmt::format("{}, needed by {}, not found", name, users.front().path));
          continue;
        }
        users.push_back({arena.make<SharedObject>(*object), found->path});
        strike_out(*users.back().object);
      }
    }
  }

  // Without the option, a library that cannot be found has what is missing.
  void report() const {
    for (const std::string& text : not_found_) link_.diagnostics().warn(text + " (try using -rpath or -rpath-link)");
    if (!not_found_.empty() && link_.options().dynamic.shlib_undefined == Answer::Unset) return;
    const bool is_warning = link_.options().unresolved == UnresolvedPolicy::Warn;
    for (const auto& [name, missing] : missing_) {
      const std::string text =
          fmt::format("undefined reference: {}\n>>> referenced by {} (disallowed by --no-allow-shlib-undefined){}",
                      name, missing.user->path, reason_of(missing.symbol));
      if (is_warning) {
        link_.diagnostics().warn(text, missing.user->id);
      } else {
        link_.diagnostics().error(text, missing.user->id);
      }
    }
  }

  std::string reason_of(SymbolId id) const {
    const Claim claim = symbols_.claim(id);
    if (!claim.is_definition())
      return "\n>>> link with what defines it, or pass --allow-shlib-undefined if it is there when the program is run";
    const InputFile* file = link_.inputs.by_id[claim.file().value];
    return fmt::format("\n>>> {} defines it, but keeps it to itself (visibility, version script or --exclude-libs)",
                       file ? file->display_name() : "the linker");
  }

  Link& link_;
  SymbolTable& symbols_;
  std::vector<InputFile*> taken_;  // libraries that are loaded with the output
  std::set<const InputFile*> is_taken_;
  std::map<std::string_view, Missing> missing_;
  std::vector<std::string> not_found_;
};

}  // namespace

void settle_libraries(Link& link) {
  if (has_loader(link.target().output) && !link.inputs.libraries.empty()) LibraryNeeds(link).run();
}

}  // namespace xld::elf
