// See binding.h.
#include "formats/elf/binding.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf/shared_object.h"

namespace xld::elf {

namespace {

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class Binder {
 public:
  explicit Binder(Link& link)
      : link_(link),
        symbols_(link.symbols),
        is_library_(link.target().output == OutputKind::SharedLibrary),
        exports_all_(is_library_ || link.options().export_dynamic) {}

  void run() {
    localise_excluded_libraries();
    parallel_for(link_.session.pool, symbols_.size(), 1 << 14, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) bind(SymbolId{i});
    });
  }

 private:
  void bind(SymbolId id) {
    const uint32_t flags = symbols_.flags(id);
    if (flags & (symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kLocalised)) return;
    const Claim claim = symbols_.claim(id);
    if (claim.is_import()) {
      if (flags & (symbol_flag::kReferenced | symbol_flag::kRoot)) import(id, claim);
    } else if (flags & symbol_flag::kDefined) {
      if (is_exported(id, flags)) symbols_.add_flags(id, symbol_flag::kExported | preemption(flags));
    } else if (flags & (symbol_flag::kReferenced | symbol_flag::kRoot)) {
      if (may_come_from_elsewhere(flags)) symbols_.add_flags(id, symbol_flag::kImported);
    }
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
    const UnresolvedPolicy policy = link_.options().unresolved;
    if (is_weak) return true;
    return policy == UnresolvedPolicy::Ignore || policy == UnresolvedPolicy::Warn ||
           (is_library_ && policy == UnresolvedPolicy::Default);
  }

  bool is_exported(SymbolId id, uint32_t flags) const {
    if (symbols_.claim(id).file().value == 0 && !(flags & symbol_flag::kReferencedOutside) &&
        symbols_.claim(id).claim_class() == ClaimClass::Provided)
      return false;  // the linker's own names are nobody else's business
    return exports_all_ || (flags & symbol_flag::kReferencedOutside);
  }

  uint32_t preemption(uint32_t flags) const {
    if (!is_library_ || (flags & symbol_flag::kProtected) || is_bound_here(flags)) return 0;
    return symbol_flag::kPreemptible;
  }

  bool is_bound_here(uint32_t flags) const {
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

  // --exclude-libs: what members of these archives define stays inside.
  void localise_excluded_libraries() {
    const auto& names = link_.options().dynamic.excluded_libraries;
    if (names.empty()) return;
    const bool takes_all = std::find(names.begin(), names.end(), "ALL") != names.end();
    for (const InputFile* file : link_.inputs.files) {
      if (file->member.empty()) continue;
      if (!takes_all && std::find(names.begin(), names.end(), file_name_of(file->path)) == names.end()) continue;
      for (const SymbolId id : file->globals)
        if (symbols_.claim(id).file() == file->id) symbols_.add_flags(id, symbol_flag::kLocalised);
    }
  }

  Link& link_;
  SymbolTable& symbols_;
  const bool is_library_;
  const bool exports_all_;
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

void bind_symbols(Link& link) {
  Binder(link).run();
}

}  // namespace xld::elf
