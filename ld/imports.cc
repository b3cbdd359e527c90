// See imports.h.
#include "ld/imports.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <optional>

#include "core/hash.h"
#include "core/target_table.h"
#include "dynimport/import_request.h"
#include "ld/messages.h"

namespace xld {

namespace {

// Versions are numbered with 15 bits in one of the formats.
constexpr size_t kMostNamesOfLibrary = 30000;

std::string_view option_of(ImportForm form) {
  switch (form) {
    case ImportForm::Function:
      return "--dynimport-function";
    case ImportForm::Pointer:
      return "--dynimport-pointer";
    case ImportForm::Inferred:
      break;
  }
  return "--dynimport";
}

// What keeps the output from having a loader; empty: nothing does.
std::string_view reason_against_loader(const Link& link) {
  const Options& options = link.options();
  if (options.forbids_imports) return "-d";
  if (has_loader(link.target().output)) return {};
  if (!link.applies_relocs()) return "-r";
  if (options.image.kind != ImageKind::None) return "--image";
  if (options.is_static) return "-static";
  if (options.no_dynamic_linker) return "--no-dynamic-linker";
  if (options.darwin.is_preload) return "-preload";
  const TargetRow* row = link.target().row;
  return row && row->interpreter.empty() ? "--target" : "";
}

void report_no_loader(const Link& link, const DynamicImport& import) {
  link.diagnostics().error(
      fmt::format("{} and {} do not go together: {} is found in {} by a loader, which the output "
                  "would not have; remove one of them",
                  import.origin, reason_against_loader(link), import.request.local, import.request.library));
}

bool is_same_but_for_form(ImportRequest a, const ImportRequest& b) {
  a.form = b.form;
  return a == b;
}

}  // namespace

// ---- asking

void ImportList::take_in(const std::vector<InputFile*>& files) {
  const size_t known = link_.imports.size();
  if (!has_options_) take_options();
  if (link_.applies_relocs())
    for (const InputFile* file : files) take_records(*file);
  make_libraries(known);
  for (const DynamicImport& import : link_.imports) claim(import);
}

void ImportList::take_options() {
  has_options_ = true;
  for (const ImportRequest& request : link_.options().imports)
    add(request, fmt::format("{}={}", option_of(request.form), import_text(request)));
  if (!link_.imports.empty() && !reason_against_loader(link_).empty()) report_no_loader(link_, link_.imports.front());
}

void ImportList::take_records(const InputFile& file) {
  for (const Bytes& records : file.import_records) {
    auto requests = parse_import_records(records);
    if (!requests) {
      link_.diagnostics().error(
          fmt::format("{}: records of imports: {}", file.display_name(), requests.error().message), file.id);
      continue;
    }
    for (ImportRequest& request : *requests) {
      std::string origin = fmt::format("{} (a record that imports {})", file.display_name(), import_text(request));
      add(std::move(request), std::move(origin));
    }
  }
}

// The same name may be asked for again, with or without saying what it is used as.
void ImportList::add(ImportRequest request, std::string origin) {
  const auto [found, is_new] = known_.try_emplace(request.local, link_.imports.size());
  if (is_new) {
    DynamicImport& import = link_.imports.emplace_back();
    import.request = std::move(request);
    import.origin = std::move(origin);
    import.name = link_.symbols.intern(link_.session.keep(import.request.local));
    return;
  }
  DynamicImport& import = link_.imports[found->second];
  ImportForm& form = import.request.form;
  const bool agrees = form == request.form || form == ImportForm::Inferred || request.form == ImportForm::Inferred;
  if (!agrees || !is_same_but_for_form(import.request, request)) {
    link_.diagnostics().error(fmt::format("{} is imported twice, and differently: by {} and by {}; remove one of them",
                                          request.local, import.origin, origin));
    return;
  }
  if (form == ImportForm::Inferred) form = request.form;
}

// Imports from `first` on, by their libraries.
void ImportList::make_libraries(size_t first) {
  std::map<std::string_view, std::vector<DynamicImport*>> by_library;
  std::vector<std::string_view> order;
  for (size_t i = first; i < link_.imports.size(); i++) {
    DynamicImport& import = link_.imports[i];
    std::vector<DynamicImport*>& list = by_library[import.request.library];
    if (list.empty()) order.push_back(import.request.library);
    list.push_back(&import);
    if (list.size() == kMostNamesOfLibrary) make_library(std::exchange(list, {}));
  }
  for (const std::string_view library : order) make_library(by_library[library]);
}

void ImportList::make_library(const std::vector<DynamicImport*>& imports) {
  if (imports.empty()) return;
  const std::string_view name = link_.session.keep(imports.front()->request.library);
  StubLibrary library{name, {}};
  for (const DynamicImport* import : imports)
    library.symbols.push_back({import->request.remote, import->request.version});
  const std::string_view bytes = link_.session.keep(link_.format->make_stub_library(link_.target(), library));
  InputFile& file = finder_.add_made_library(fmt::format("{} (imported from)", name), as_bytes(bytes));
  Arena& arena = link_.session.arena();
  const auto names = arena.allocate_array<ImportName>(imports.size());
  for (size_t i = 0; i < imports.size(); i++)
    names[i] = {link_.symbols.name(imports[i]->name), link_.session.keep(imports[i]->request.remote)};
  file.import_names = names;
  file.is_read = true;
  link_.format->read_library(link_, file, 0);
  if (file.globals.size() != imports.size()) {
    if (!link_.diagnostics().failed())
      link_.diagnostics().error(fmt::format("{}: the format cannot express these imports", imports.front()->origin));
    return;
  }
  for (uint32_t i = 0; i < imports.size(); i++) {
    file.globals[i] = imports[i]->name;
    imports[i]->library = &file;
    imports[i]->raw_symbol = file.first_global + i;
  }
}

// An offer gives way to what was asked for, a definition does not yet.
void ImportList::claim(const DynamicImport& import) {
  if (!import.library || link_.symbols.is_defined(import.name)) return;
  link_.symbols.withdraw(import.name);
  link_.symbols.offer(import.name, import.claim());
}

void ImportList::settle_claims() {
  for (const DynamicImport& import : link_.imports) {
    const Claim winner = link_.symbols.claim(import.name);
    if (winner.claim_class() != ClaimClass::Strong && winner.claim_class() != ClaimClass::Override) {
      link_.symbols.withdraw(import.name);
      if (import.library) link_.symbols.offer(import.name, import.claim());
      continue;
    }
    const std::string definer = winner.file().value == 0 ? std::string("an option (--defsym, --tls-slot)")
                                                         : link_.inputs.file(winner.file()).display_name();
    link_.diagnostics().error(
        fmt::format("duplicate symbol: {}: it is imported by {} and defined in {}; remove one of them, or import it "
                    "under another name (LOCAL={})",
                    readable_name(link_, import.request.local), import.origin, definer, import.request.remote));
  }
}

// ---- what they are used as

namespace {

bool is_wanted(const Link& link, const DynamicImport& import) {
  return import.library && link.symbols.claim(import.name) == import.claim() &&
         link.symbols.has(import.name, symbol_flag::kReferenced | symbol_flag::kRoot);
}

// Decides by the instructions that refer to a name: a function is gone to, a pointer is read. Nothing else proves what
// it is, and a name of which there is no proof is taken for a function, as most are.
class FormFinder {
 public:
  FormFinder(Link& link, const std::vector<DynamicImport*>& imports) : link_(link) {
    for (DynamicImport* import : imports) {
      import->form = import->request.form;
      uses_[import->name].import = import;
    }
  }

  void run() {
    for (const InputFile* file : link_.inputs.files)
      if (std::ranges::any_of(file->globals, [&](SymbolId id) { return uses_.contains(id); })) look_at(*file);
    for (const auto& [id, use] : uses_) decide(use);
  }

 private:
  struct Place {
    const InputFile* file = nullptr;
    const Atom* atom = nullptr;
    uint32_t offset = 0;
  };
  struct Use {
    DynamicImport* import = nullptr;
    std::optional<Place> branch, access, address, thread_local_access;
  };

  static bool is_thread_local(Want want) {
    constexpr Want kOrdinary[] = {Want::None, Want::Address, Want::Stub, Want::GotSlot, Want::GotBase, Want::Size};
    return std::find(std::begin(kOrdinary), std::end(kOrdinary), want) == std::end(kOrdinary);
  }

  void look_at(const InputFile& file) {
    constexpr size_t kBatch = 64;
    std::array<Reloc, kBatch> batch;
    for (uint32_t i = 0; i < file.atom_count; i++) {
      const Atom& atom = link_.atom(AtomId{file.first_atom.value + i});
      if (!atom.has(atom_flag::kAllocated) || !atom.relocs) continue;
      RelocCursor cursor;
      while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false))
        for (size_t k = 0; k < count; k++) note(file, atom, batch[k]);
    }
  }

  void note(const InputFile& file, const Atom& atom, const Reloc& reloc) {
    if (reloc.target_kind != TargetKind::Symbol) return;
    const auto found = uses_.find(reloc.symbol());
    if (found == uses_.end()) return;
    if (is_thread_local(reloc.want)) {
      if (!found->second.thread_local_access) found->second.thread_local_access = Place{&file, &atom, reloc.offset};
      return;
    }
    const SymbolAccess access =
        atom.has(atom_flag::kExecutable) ? link_.arch->classify_access(atom.bytes(), reloc) : SymbolAccess::Address;
    std::optional<Place>& place = access == SymbolAccess::Branch   ? found->second.branch
                                  : access == SymbolAccess::Memory ? found->second.access
                                                                   : found->second.address;
    if (!place) place = Place{&file, &atom, reloc.offset};
  }

  std::string text_of(const Place& place) const { return place_of(link_, *place.file, *place.atom, place.offset); }

  void decide(const Use& use) {
    DynamicImport& import = *use.import;
    const bool is_inferred = import.form == ImportForm::Inferred;
    if (is_inferred) import.form = use.access ? ImportForm::Pointer : ImportForm::Function;
    if (use.thread_local_access)
      return link_.diagnostics().error(fmt::format(
          "{}: {} takes {} for a thread-local variable, which cannot be imported; link against the library, "
          "or against a stub of it",
          import.origin, text_of(*use.thread_local_access), import.request.local));
    if (!is_inferred) {
      if (use.branch && import.form == ImportForm::Pointer)
        link_.diagnostics().error(
            fmt::format("{}: {} calls {}, which is to be a pointer; import the function under another name",
                        import.origin, text_of(*use.branch), import.request.local));
      return;
    }
    if (use.branch && use.access)
      return link_.diagnostics().error(
          fmt::format("{}: {} calls {}, and {} reads it as a variable; import the function and the pointer under two "
                      "names",
                      import.origin, text_of(*use.branch), import.request.local, text_of(*use.access)));
    if (!use.branch && !use.access && use.address)
      link_.diagnostics().warn(
          fmt::format("{}: nothing calls {} or reads it ({} takes its address), so it is taken for a function; say "
                      "which it is with --dynimport-function or --dynimport-pointer",
                      import.origin, import.request.local, text_of(*use.address)));
  }

  Link& link_;
  std::map<SymbolId, Use> uses_;
};

// A program without libraries was to be static.
bool ensure_loader(Link& link, const std::vector<DynamicImport*>& wanted) {
  if (!reason_against_loader(link).empty()) {
    // Of options it has been said.
    if (!link.diagnostics().failed()) report_no_loader(link, *wanted.front());
    return false;
  }
  OutputKind& output = link.session.target.output;
  if (output == OutputKind::StaticExecutable) output = OutputKind::DynamicExecutable;
  return true;
}

// The library's own name for a function, if the link has the library and something refers to it by that.
SymbolId name_of_real_library(const Link& link, const ImportRequest& request) {
  const SymbolId id = link.symbols.find(request.remote);
  if (!id.is_valid() || !request.version.empty() || !link.symbols.claim(id).is_import()) return {};
  const InputFile& library = link.inputs.file(link.symbols.claim(id).file());
  return library.import_names.empty() && library.loader_name == request.library ? id : SymbolId();
}

// Of several names for one function, one is the symbol that slots and stubs are made for, so that the function has one
// address.
void join_names(Link& link, const std::vector<DynamicImport*>& wanted) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, SymbolId> known;
  std::map<SymbolId, SymbolId> joined;
  for (const DynamicImport* import : wanted) {
    if (import->form != ImportForm::Function) continue;
    const ImportRequest& request = import->request;
    const SymbolId real = name_of_real_library(link, request);
    const auto found =
        known.try_emplace({request.library, request.remote, request.version}, real.is_valid() ? real : import->name);
    if (found.first->second == import->name) continue;
    joined.emplace(import->name, found.first->second);
    constexpr uint32_t kWants = symbol_flag::kReferenced | symbol_flag::kStronglyReferenced | symbol_flag::kRoot;
    link.symbols.add_flags(found.first->second, link.symbols.flags(import->name) & kWants);
  }
  if (joined.empty()) return;
  for (const InputFile* file : link.inputs.files)
    for (SymbolId& id : file->globals)
      if (const auto found = joined.find(id); found != joined.end()) id = found->second;
}

// The name becomes that of a word here. What the loader finds for the word has a name that no object can have.
void make_pointer(Link& link, DynamicImport& import) {
  SymbolTable& symbols = link.symbols;
  constexpr uint32_t kWants = symbol_flag::kReferenced | symbol_flag::kStronglyReferenced;
  const ImportRequest& request = import.request;
  import.pointee =
      symbols.intern(link.session.keep(fmt::format("{}@{},{}", request.remote, request.version, request.library)));
  symbols.offer(import.pointee, import.claim());
  symbols.add_flags(import.pointee, symbols.flags(import.name) & kWants);
  symbols.withdraw(import.name);
  symbols.offer(import.name, Claim::make(ClaimClass::Provided, FileId{0u}, import.name.value));
  symbols.place(import.name, AtomId(), 0);
  symbols.add_flags(import.name, symbol_flag::kDefined | symbol_flag::kObject | symbol_flag::kPointerWord);
  if (symbols.has(import.name, symbol_flag::kRoot)) symbols.add_flags(import.pointee, symbol_flag::kReferenced);
}

}  // namespace

void settle_imports(Link& link) {
  std::vector<DynamicImport*> wanted;
  for (DynamicImport& import : link.imports)
    if (is_wanted(link, import)) wanted.push_back(&import);
  if (wanted.empty() || !ensure_loader(link, wanted)) return;
  FormFinder(link, wanted).run();
  join_names(link, wanted);
  for (DynamicImport* import : wanted) {
    if (import->form == ImportForm::Pointer) {
      make_pointer(link, *import);
    } else {
      link.symbols.add_flags(import->name, symbol_flag::kFunction);
    }
  }
}

std::vector<PointerWord> used_pointer_words(Link& link) {
  std::vector<PointerWord> pointers;
  for (const DynamicImport& import : link.imports) {
    constexpr uint32_t kUses = symbol_flag::kUsed | symbol_flag::kRoot;
    if (!import.pointee.is_valid() || !link.symbols.has(import.name, kUses)) continue;
    pointers.push_back({import.name, import.pointee});
    link.symbols.add_flags(import.name, symbol_flag::kLinkerMade);
    link.symbols.add_flags(import.pointee, symbol_flag::kUsed);
  }
  return pointers;
}

void place_pointer_words(Link& link) {
  for (size_t i = 0; i < link.slots.pointers.size(); i++)
    link.symbols.place(link.slots.pointers[i].name, AtomId(), link.slots.pointer_address(i));
}

}  // namespace xld
