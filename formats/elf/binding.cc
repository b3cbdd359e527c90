// See binding.h.
#include "formats/elf/binding.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>
#include <map>
#include <mutex>
#include <set>

#include "core/path.h"
#include "formats/elf/elf.h"
#include "formats/elf/export_lists.h"
#include "formats/elf/notes.h"
#include "formats/elf/object.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/state.h"
#include "formats/elf/versions.h"

namespace xld::elf {

namespace {

// --exclude-libs: what members of these archives define stays inside.
bool is_excluded(const Link& link, const InputFile& file) {
  if (file.member.empty()) return false;
  const std::string_view library = base_name(file.path);
  const auto& names = link.options().dynamic.excluded_libraries;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    // As with GNU ld, libx is libx.a as well.
    return name == "ALL" || library == name ||
           (library.ends_with(".a") && library.substr(0, library.size() - 2) == name);
  });
}

template <typename Visit>
void for_each_excluded_name(const Link& link, Visit&& visit) {
  if (link.options().dynamic.excluded_libraries.empty()) return;
  for (const InputFile* file : link.inputs.files) {
    if (!is_excluded(link, *file)) continue;
    for (const SymbolId id : file->globals)
      if (link.symbols.claim(id).file() == file->id) visit(*file, id);
  }
}

// What is exported unless something says otherwise.
bool exports_all(const Link& link) {
  return link.target().output == OutputKind::SharedLibrary || link.options().export_dynamic;
}

class Binder {
 public:
  explicit Binder(Link& link)
      : link_(link),
        symbols_(link.symbols),
        versions_(*state_of(link).defined_versions),
        lists_(link),
        is_library_(link.target().output == OutputKind::SharedLibrary),
        exports_all_(exports_all(link)) {}

  void run() {
    localise_excluded_libraries();
    find_namesakes();
    bind_versioned_references(link_);
    parallel_for(link_.session.pool, symbols_.size(), 1 << 14, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) bind(SymbolId{i});
    });
    redirect_left_behind();
    versions_.report_unused();
  }

 private:
  void bind(SymbolId id) {
    if (symbols_.has(id, symbol_flag::kDefined) && !symbols_.claim(id).is_import() && !versions_.admit(id))
      symbols_.add_flags(id, symbol_flag::kLocalised);
    const uint32_t flags = symbols_.flags(id);
    if (flags & (symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kLocalised)) return;
    const Claim claim = symbols_.claim(id);
    if (claim.is_import()) {
      if (flags & (symbol_flag::kReferenced | symbol_flag::kRoot)) import(id, claim);
      note_mention(id, flags);
    } else if (flags & symbol_flag::kDefined) {
      const bool is_listed = lists_.contains(name_without_version(symbols_.name(id)), flags);
      if (is_listed || is_exported(id, flags))
        symbols_.add_flags(id, symbol_flag::kExported | preemption(id, flags, is_listed) | address_for_others(flags));
    } else if (flags & (symbol_flag::kReferenced | symbol_flag::kRoot)) {
      if (!may_come_from_elsewhere(flags)) return;
      symbols_.add_flags(id, symbol_flag::kImported);
      note_mention(id, flags);
    }
  }

  // `.symver foo, foo@V` leaves foo in the object, which is not exported beside foo@V: as with GNU ld and lld, whoever
  // refers to foo means what is exported.
  void redirect_left_behind() {
    if (!versions_.has_explicit_versions()) return;
    std::map<SymbolId, SymbolId> exported;
    for (uint32_t i = 0; i < symbols_.size(); i++) {
      const SymbolId id{i};
      if (!symbols_.has(id, symbol_flag::kLocalised) || !symbols_.has(id, symbol_flag::kDefined)) continue;
      const SymbolId other = versions_.exported_instead(id);
      if (!other.is_valid() || !symbols_.has(other, symbol_flag::kExported)) continue;
      exported.emplace(id, other);
      symbols_.add_flags(other, symbols_.flags(id) & (symbol_flag::kReferenced | symbol_flag::kStronglyReferenced));
    }
    if (exported.empty()) return;
    for (InputFile* file : link_.inputs.files)
      for (SymbolId& id : file->globals)
        if (const auto found = exported.find(id); found != exported.end()) id = found->second;
  }

  // As with GNU ld and lld, a name that an object mentions is used, although no relocation refers to it; with
  // --gc-sections, those of live code say what is.
  void note_mention(SymbolId id, uint32_t flags) {
    if ((flags & symbol_flag::kReferenced) && !link_.options().gc_sections) symbols_.add_flags(id, symbol_flag::kUsed);
  }

  void import(SymbolId id, Claim claim) {
    const SharedSymbol symbol = shared_symbol(library_of(link_.inputs.file(claim.file())), claim.raw_symbol());
    uint32_t flags = symbol_flag::kImported;
    // The library's resolver is run by the loader: here it is a function like any other.
    if (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC) flags |= symbol_flag::kFunction;
    if (symbol.type == STT_OBJECT || symbol.type == STT_COMMON) flags |= symbol_flag::kObject;
    if (symbol.type == STT_TLS) flags |= symbol_flag::kThreadLocal;
    symbols_.add_flags(id, flags);
  }

  // Names nobody here defines: a library's users may, and so may the modules a program is run with.
  bool may_come_from_elsewhere(uint32_t flags) const {
    const bool is_weak = !(flags & symbol_flag::kStronglyReferenced);
    if (!is_weak && (flags & (symbol_flag::kProtected | symbol_flag::kLost))) return false;
    const UnresolvedPolicy policy = link_.options().unresolved;
    if (is_weak) return link_.options().dynamic.undefined_weak != Answer::No;
    return policy == UnresolvedPolicy::Ignore || policy == UnresolvedPolicy::Warn ||
           (is_library_ && policy == UnresolvedPolicy::Default);
  }

  bool is_exported(SymbolId id, uint32_t flags) const {
    constexpr uint32_t kOfInterest = symbol_flag::kReferencedOutside | symbol_flag::kBrackets;
    if (symbols_.claim(id).file().value == 0 && !(flags & kOfInterest) &&
        symbols_.claim(id).claim_class() == ClaimClass::Provided)
      return false;  // the linker's own names are nobody else's business
    return exports_all_ || ((flags & symbol_flag::kReferencedOutside) && !namesakes_.contains(id));
  }

  // A program's variable and a library's function of one name, or the reverse, have nothing to do with each other: if
  // the library's has a version, those who mean it say so. Found by GNU ld's users with a variable called times.
  void find_namesakes() {
    if (is_library_) return;
    std::mutex mutex;
    const auto& libraries = link_.inputs.libraries;
    parallel_for(link_.session.pool, libraries.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) {
        if (!libraries[i]->format_data) continue;
        const std::vector<SymbolId> found = namesakes_in(*libraries[i]);
        const std::lock_guard lock(mutex);
        namesakes_.insert(found.begin(), found.end());
      }
    });
  }

  std::vector<SymbolId> namesakes_in(const InputFile& library) const {
    std::vector<SymbolId> found;
    for (uint32_t i = 0; i < library.globals.size(); i++) {
      const SymbolId id = library.globals[i];
      const uint32_t flags = symbols_.flags(id);
      constexpr uint32_t kFunction = symbol_flag::kFunction | symbol_flag::kResolver;
      if (!(flags & symbol_flag::kDefined) || !(flags & (kFunction | symbol_flag::kObject))) continue;
      const SharedSymbol symbol = shared_symbol(library_of(library), library.first_global + i);
      if (!symbol.is_defined() || symbol.version.empty()) continue;
      const bool is_function = symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC;
      if (!is_function && symbol.type != STT_OBJECT) continue;
      if (is_function != ((flags & kFunction) != 0)) found.push_back(id);
    }
    return found;
  }

  // Libraries are relocated before the program whose resolver they would have to call: they get the stub's address.
  uint32_t address_for_others(uint32_t flags) const {
    return !is_library_ && (flags & symbol_flag::kResolver) ? symbol_flag::kAddressTaken : 0;
  }

  uint32_t preemption(SymbolId id, uint32_t flags, bool is_listed) const {
    if (!is_library_ || (flags & symbol_flag::kProtected)) return 0;
    if (!is_listed && is_bound_here(flags) && !is_unique(id)) return 0;
    return symbol_flag::kPreemptible;
  }

  // There is one such variable in a process, so no library may bind it to its own.
  bool is_unique(SymbolId id) const {
    const Claim claim = symbols_.claim(id);
    if (!link_.options().dynamic.keeps_unique || !claim.is_definition() || claim.file().value == 0) return false;
    return binding_of(raw_info(link_, object_of(link_.inputs.file(claim.file())), claim.raw_symbol())) ==
           STB_GNU_UNIQUE;
  }

  bool is_bound_here(uint32_t flags) const {
    if (lists_.binds_others()) return true;
    const bool is_function = (flags & (symbol_flag::kFunction | symbol_flag::kResolver)) != 0;
    const bool is_weak = (flags & symbol_flag::kWeak) != 0;
    switch (link_.options().dynamic.symbolic) {
      case SymbolicBinding::None:
        return false;
      case SymbolicBinding::All:
        return true;
      case SymbolicBinding::Functions:
        return is_function;
      case SymbolicBinding::NonWeak:
        return !is_weak;
      case SymbolicBinding::NonWeakFunctions:
        return is_function && !is_weak;
    }
    return false;
  }

  void localise_excluded_libraries() {
    const auto localise = [&](SymbolId id) { symbols_.add_flags(id, symbol_flag::kLocalised); };
    for_each_excluded_name(link_, [&](const InputFile&, SymbolId id) { localise(id); });
    std::ranges::for_each(state_of(link_).excluded_names, localise);
  }

  Link& link_;
  SymbolTable& symbols_;
  DefinedVersions& versions_;
  const ExportLists lists_;
  const bool is_library_;
  const bool exports_all_;
  std::set<SymbolId> namesakes_;
};

}  // namespace

void read_library(Link& link, InputFile& file, uint32_t worker) {
  Arena& arena = link.session.arena(worker);
  auto object = read_shared_object(file.bytes, arena);
  if (!object) {
    link.diagnostics().error(fmt::format("{}: {}", file.path, object.error().message), file.id);
    return;
  }
  const uint32_t count = object->symbol_count - object->first_global;
  file.occurrences = arena.allocate_array<Occurrence>(count);
  file.globals = arena.allocate_array<SymbolId>(count);
  file.first_global = object->first_global;
  if (const auto error = read_shared_names(*object, ClaimClass::Outside, arena, file.occurrences)) {
    link.diagnostics().error(fmt::format("{}: {}", file.path, error->message), file.id);
    file.occurrences = {};
    file.globals = {};
  }
  if (!object->soname.empty()) file.loader_name = object->soname;
  file.format_data = arena.make<SharedObject>(*object);
}

std::optional<LibraryVariable> library_variable(const InputFile& library, uint32_t raw_symbol) {
  if (!library.format_data) return std::nullopt;
  const SharedObject& object = library_of(library);
  const SharedSymbol symbol = shared_symbol(object, raw_symbol);
  const bool is_variable = symbol.type == STT_OBJECT || symbol.type == STT_COMMON;
  if (!symbol.is_defined() || !symbol.is_visible() || symbol.is_hidden_version || !is_variable) return std::nullopt;
  const CopySource source = copy_source(object, symbol);
  return LibraryVariable{symbol.size, static_cast<uint8_t>(std::countr_zero(source.alignment)), source.is_zero_fill,
                         symbol.binding == STB_WEAK};
}

// Versions that a name brings along are exported whatever a script says of others.
std::vector<uint8_t> foresee_exports(Link& link) {
  const SymbolTable& symbols = link.symbols;
  std::vector<uint8_t> is_shown(symbols.size(), 0);
  if (!has_loader(link.target().output)) return is_shown;
  const VersionScript& script = read_version_scripts(link);
  const VersionMatcher versions(script);
  const ExportLists lists(link);
  for (uint32_t i = 0; i < is_shown.size(); i++) {
    const SymbolId id{i};
    if (symbols.has(id, symbol_flag::kHidden | symbol_flag::kInternal)) continue;
    const std::string_view full_name = symbols.name(id), name = name_without_version(full_name);
    if (name == full_name && versions.match(name).is_local) continue;
    constexpr uint32_t kUnknownNature = symbol_flag::kObject;  // intermediate code does not say what is data
    is_shown[i] = exports_all(link) || lists.contains(name, kUnknownNature);
  }
  for_each_excluded_name(link, [&](const InputFile& file, SymbolId id) {
    is_shown[id.value] = 0;
    if (file.is_claimed) state_of(link).excluded_names.push_back(id);
  });
  return is_shown;
}

namespace {

// What was compiled to reach other modules' variables through the GOT must not be undermined by code that was not.
void settle_copy_ban(Link& link) {
  const Answer answer = link.options().dynamic.indirect_access;
  if (!link.copy_ban.empty() || answer == Answer::No) return;
  const InputFile* claiming = answer == Answer::Unset ? find_claim_of_indirect_access(link) : nullptr;
  if (answer == Answer::Yes) link.copy_ban = "-z indirect-extern-access";
  if (claiming)
    link.copy_ban = fmt::format("the property of {} that says that it needs indirect access", claiming->display_name());
}

}  // namespace

void bind_symbols(Link& link) {
  settle_copy_ban(link);
  state_of(link).defined_versions = std::make_unique<DefinedVersions>(link);
  Binder(link).run();
}

}  // namespace xld::elf
