// See versions.h.
#include "formats/elf/versions.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <unordered_map>

#include "core/path.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/elf/elf.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/object.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

bool is_64_bit(const Link& link) {
  return link.target().word_size == 8;
}

template <class E>
std::string_view raw_name(const ElfObject& object, uint32_t index) {
  return string_at(object.symbol_names, raw_symbol<E>(object, index).name);
}

ExplicitVersion split_version(std::string_view name) {
  const size_t at = name.find('@', 1);
  if (at == name.npos) return {};
  const bool is_default = name.substr(at).starts_with("@@");
  return {name.substr(at + (is_default ? 2 : 1)), true, is_default};
}

// Of a name that is defined here. It may have lost its "@@V" when it was interned; the object still has it.
ExplicitVersion explicit_version(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  if (!claim.is_definition() || claim.file().value == 0) return {};
  const ElfObject& object = object_of(link.inputs.file(claim.file()));
  if (!object.has_versioned_names) return {};
  return split_version(is_64_bit(link) ? raw_name<Elf64>(object, claim.raw_symbol())
                                       : raw_name<Elf32>(object, claim.raw_symbol()));
}

bool is_at_same_place(const SymbolTable& symbols, SymbolId a, SymbolId b) {
  return symbols.claim(a).file() == symbols.claim(b).file() && symbols.atom(a) == symbols.atom(b) &&
         symbols.value(a) == symbols.value(b);
}

// The output's own name: that of version 1.
std::string_view own_name(const Link& link) {
  if (!link.options().dynamic.soname.empty()) return link.options().dynamic.soname;
  return base_name(link.output_path);
}

}  // namespace

std::string_view name_without_version(std::string_view name) {
  return name.substr(0, name.find('@', 1));
}

// ---- references

namespace {

// Names that are wanted with a version, and where libraries define them; made in one walk over all symbols.
class LibraryDefinitions {
 public:
  // Each name may be wanted several times.
  void want(std::string_view name) { by_name_.try_emplace(name); }

  void find(const Link& link) {
    for (const InputFile* library : link.inputs.libraries)
      if (library->format_data) find_in(*library);
  }

  // The first library's symbol that defines name@version, as a claim. "name@" is the one that had no version yet.
  Claim claim(std::string_view name, std::string_view version) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return {};
    for (const Definition& definition : found->second)
      if (definition.version == version) return definition.claim;
    return {};
  }

 private:
  struct Definition {
    std::string_view version;
    Claim claim;
  };

  void find_in(const InputFile& library) {
    const SharedObject& object = library_of(library);
    for (uint32_t i = object.first_global; i < object.symbol_count; i++) {
      const SharedSymbol symbol = shared_symbol(object, i);
      if (!symbol.is_defined() || !symbol.is_visible()) continue;
      const auto wanted = by_name_.find(symbol.name);
      if (wanted != by_name_.end())
        wanted->second.push_back({symbol.version, Claim::make(ClaimClass::Outside, library.id, i)});
    }
  }

  std::unordered_map<std::string_view, std::vector<Definition>> by_name_;
};

// `id` becomes another name of what `original` is, within this output.
void make_alias(Link& link, SymbolId id, SymbolId original) {
  SymbolTable& symbols = link.symbols;
  constexpr uint32_t kNature = symbol_flag::kFunction | symbol_flag::kObject | symbol_flag::kThreadLocal |
                               symbol_flag::kResolver | symbol_flag::kAbsolute | symbol_flag::kDefined;
  symbols.offer(id, symbols.claim(original));
  symbols.place(id, symbols.atom(original), symbols.value(original));
  symbols.add_flags(id, (symbols.flags(original) & kNature) | symbol_flag::kLocalised);
}

}  // namespace

void bind_versioned_references(Link& link) {
  SymbolTable& symbols = link.symbols;
  LibraryDefinitions definitions;
  std::vector<SymbolId> open;
  for (uint32_t i = 0; i < symbols.size(); i++) {
    const SymbolId id{i};
    if (symbols.is_defined(id) || symbols.claim(id).is_import() || !symbols.has(id, symbol_flag::kReferenced)) continue;
    const std::string_view full_name = symbols.name(id);
    const ExplicitVersion version = split_version(full_name);
    if (!version.is_given) continue;
    const std::string_view name = name_without_version(full_name);
    const SymbolId plain = symbols.find(name);
    if (plain.is_valid() && symbols.has(plain, symbol_flag::kDefined) &&
        explicit_version(link, plain).version == version.version) {
      make_alias(link, id, plain);
    } else {
      open.push_back(id);
      definitions.want(name);
    }
  }
  if (!open.empty()) definitions.find(link);
  for (const SymbolId id : open) {
    const std::string_view name = symbols.name(id);
    const Claim claim = definitions.claim(name_without_version(name), split_version(name).version);
    if (claim.is_import()) symbols.offer(id, claim);
  }
}

// ---- definitions

const VersionScript& read_version_scripts(Link& link) {
  ElfState& state = state_of(link);
  for (; state.read_setting_files < link.setting_files.size(); state.read_setting_files++) {
    const SettingFile& file = link.setting_files[state.read_setting_files];
    if (file.kind != SettingKind::VersionScript) continue;
    if (const auto error = parse_version_script(file.bytes, file.path, state.version_script, file.begin))
      link.diagnostics().error(error->message);
  }
  return state.version_script;
}

DefinedVersions::DefinedVersions(Link& link) : link_(link), script_(read_version_scripts(link)) {
  if (link.options().dynamic.default_symver) add_default_version();
  for (const InputFile* file : link.inputs.files) has_explicit_versions_ |= object_of(*file).has_versioned_names;
  if (has_explicit_versions_ && link.target().output != OutputKind::SharedLibrary) add_explicit_versions();
  for (uint16_t i = 0; i < script_.nodes.size(); i++) nodes_by_name_.emplace(script_.nodes[i].name, i);
  if (!script_.nodes.empty()) matcher_ = std::make_unique<VersionMatcher>(script_);
  const std::vector<SymbolId> names = has_definitions() ? name_versions() : std::vector<SymbolId>();
  if (matcher_ || has_explicit_versions_) versions_ = Array<uint16_t>::zeroed(link.symbols.size());
  for (size_t i = 0; i < names.size(); i++)
    if (names[i].is_valid()) versions_[names[i].value] = static_cast<uint16_t>(kFirstVersion + i);
}

// As with GNU ld, a version is a name of its own that others can see: lists of what a library exports have it, and
// packages are checked against those.
std::vector<SymbolId> DefinedVersions::name_versions() {
  SymbolTable& symbols = link_.symbols;
  std::vector<SymbolId> names;
  for (const VersionNode& node : script_.nodes) {
    const SymbolId id = symbols.intern(node.name);
    const bool is_taken = symbols.is_defined(id) || symbols.has(id, symbol_flag::kHidden | symbol_flag::kInternal);
    names.push_back(is_taken ? SymbolId() : id);
    if (!is_taken) claim_name(link_, id, symbol_flag::kAbsolute | symbol_flag::kObject | symbol_flag::kExported);
  }
  return names;
}

// --default-symver: what has no version gets one with the output's own name.
void DefinedVersions::add_default_version() {
  if (!script_.nodes.empty() && script_.nodes.front().name.empty()) {
    // A script without versions only chooses what is exported.
    script_.nodes.front().name = own_name(link_);
    default_version_ = kFirstVersion;
    return;
  }
  VersionNode node;
  node.name = own_name(link_);
  default_version_ = static_cast<uint16_t>(kFirstVersion + script_.nodes.size());
  script_.nodes.push_back(std::move(node));
}

// A program needs no script for the versions its objects name.
void DefinedVersions::add_explicit_versions() {
  if (!script_.nodes.empty() && script_.nodes.front().name.empty()) return;
  std::set<std::string_view> known;
  for (const VersionNode& node : script_.nodes) known.insert(node.name);
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const std::string_view version = explicit_version(link_, SymbolId{i}).version;
    if (version.empty() || !known.insert(version).second) continue;
    VersionNode node;
    node.name = version;
    script_.nodes.push_back(std::move(node));
  }
}

bool DefinedVersions::admit(SymbolId id) {
  if (versions_.empty() || versions_[id.value] != 0) return true;  // or it is a version's own name
  const std::string_view name = link_.symbols.name(id);
  if (const ExplicitVersion version = explicit_version(link_, id); version.is_given) {
    if (version.is_default) check_twin(id, version.version);
    if (!version.version.empty() && is_kept_inside(name, version.version)) return false;
    // Whatever a script says, as with GNU ld: "foo@@" is exported, and has no version; "foo@" is for programs that were
    // linked when there were none.
    constexpr uint16_t kOld = kUnversioned | VERSYM_HIDDEN;
    versions_[id.value] = !version.version.empty() ? entry_of(id, version) : version.is_default ? kUnversioned : kOld;
    return true;
  }
  const VersionChoice choice = matcher_ ? matcher_->match(name) : VersionChoice();
  if (choice.is_local) return false;
  if (!choice.is_found() || script_.nodes[choice.node].name.empty()) {
    versions_[id.value] = choice.is_found() ? kUnversioned : default_version_;
    return choice.is_found() || !twin_left_behind(id).is_valid();
  }
  versions_[id.value] = static_cast<uint16_t>(kFirstVersion + choice.node);
  return !choice.is_exact || !explicit_twin(name, choice.node).is_valid();
}

SymbolId DefinedVersions::exported_instead(SymbolId id) const {
  const std::string_view name = link_.symbols.name(id);
  if (!has_explicit_versions_ || name_without_version(name) != name) return {};
  const VersionChoice choice = matcher_ ? matcher_->match(name) : VersionChoice();
  if (choice.is_local) return {};
  if (!choice.is_found()) return twin_left_behind(id);
  const SymbolId twin = choice.is_exact ? explicit_twin(name, choice.node) : SymbolId();
  return twin.is_valid() && is_at_same_place(link_.symbols, id, twin) ? twin : SymbolId();
}

std::string DefinedVersions::definer(SymbolId id) const {
  return link_.inputs.file(link_.symbols.claim(id).file()).display_name();
}

uint16_t DefinedVersions::entry_of(SymbolId id, const ExplicitVersion& version) const {
  const std::string_view name = link_.symbols.name(id);
  const auto found = nodes_by_name_.find(version.version);
  if (found == nodes_by_name_.end()) {
    link_.diagnostics().error(
        fmt::format("{}: symbol {}@{} has undefined version {}: no version script defines it; add it to one",
                    definer(id), name_without_version(name), version.version, version.version));
    return kUnversioned;
  }
  if (matcher_) matcher_->note_versioned(name_without_version(name), found->second);
  const auto index = static_cast<uint16_t>(kFirstVersion + found->second);
  return version.is_default ? index : index | VERSYM_HIDDEN;
}

// foo@@V is the same symbol as foo@V, and only one of them can be.
void DefinedVersions::check_twin(SymbolId id, std::string_view version) const {
  const std::string_view name = name_without_version(link_.symbols.name(id));
  const SymbolId twin = link_.symbols.find(fmt::format("{}@{}", name, version));
  if (!twin.is_valid() || twin == id || !link_.symbols.is_defined(twin)) return;
  if (link_.symbols.claim(twin) == link_.symbols.claim(id)) return;  // a reference that has been bound to it
  link_.diagnostics().error(fmt::format("duplicate symbol: {0}@{1}\n>>> defined as {0}@@{1} in {2}\n>>> defined as "
                                        "{0}@{1} in {3}",
                                        name, version, definer(id), definer(twin)),
                            link_.symbols.claim(id).file(), id.value);
}

// The script gives `name` a version of which an object has defined the name already: that one is exported.
SymbolId DefinedVersions::explicit_twin(std::string_view name, uint16_t node) const {
  if (!has_explicit_versions_) return {};
  const SymbolId twin = link_.symbols.find(fmt::format("{}@{}", name, script_.nodes[node].name));
  return twin.is_valid() && link_.symbols.is_defined(twin) ? twin : SymbolId();
}

// `.symver foo, foo@V` leaves foo in the object. Unless a script asks for it, only foo@V is meant to be seen.
SymbolId DefinedVersions::twin_left_behind(SymbolId id) const {
  const Claim claim = link_.symbols.claim(id);
  if (!claim.is_definition() || claim.file().value == 0) return {};
  if (!object_of(link_.inputs.file(claim.file())).has_versioned_names) return {};
  for (uint16_t node = 0; node < script_.nodes.size(); node++)
    if (const SymbolId twin = explicit_twin(link_.symbols.name(id), node);
        twin.is_valid() && is_at_same_place(link_.symbols, id, twin))
      return twin;
  return {};
}

bool DefinedVersions::is_kept_inside(std::string_view name, std::string_view version) const {
  const auto found = nodes_by_name_.find(version);
  return matcher_ && found != nodes_by_name_.end() && matcher_->keeps_inside(name_without_version(name), found->second);
}

void DefinedVersions::report_unused() const {
  if (!matcher_ || link_.options().dynamic.allow_undefined_version) return;
  for (const auto& [node, pattern] : matcher_->unused())
    link_.diagnostics().error(fmt::format("{}:{}: {} is named by version {}, but no input defines it", node->path,
                                          pattern->line, pattern->text, node->name.empty() ? "{}" : node->name));
}

// ---- tables

VersionTables::VersionTables(Link& link, DynamicSymbols& symbols, const DefinedVersions& defined) {
  if (defined.has_definitions()) add_definitions(link, defined, symbols);
  entries_.assign(symbols.symbols().size() + 1, DefinedVersions::kUnversioned);
  entries_[0] = VER_NDX_LOCAL;
  for (size_t i = 0; i < symbols.symbols().size(); i++) {
    const SymbolId id = symbols.symbols()[i];
    if (!link.symbols.has(id, symbol_flag::kImported)) entries_[i + 1] = defined.version_of(id);
  }
  add_needs(link, symbols);
  if (link.options().dynamic.pack_relative_relocs) add_relr_need(symbols);
}

void VersionTables::add_definitions(Link& link, const DefinedVersions& defined, DynamicSymbols& symbols) {
  definitions_.push_back({own_name(link), VER_FLG_BASE, {0}});
  for (const VersionNode& node : defined.nodes()) {
    Definition definition;
    definition.name = node.name;
    definition.names.push_back(static_cast<uint16_t>(definitions_.size()));
    for (const uint16_t parent : node.parents) definition.names.push_back(parent + 1);
    definitions_.push_back(std::move(definition));
  }
  for (Definition& definition : definitions_) {
    // readelf knows a version's own symbol by the shared string.
    const SymbolId id = link.symbols.find(definition.name);
    const uint32_t index = id.is_valid() ? symbols.index_of(id) : 0;
    definition.name_offset = index ? symbols.name_offset(index - 1) : symbols.strings().add(definition.name);
  }
  next_index_ = static_cast<uint16_t>(definitions_.size() + 1);
}

// Libraries in their order, versions in that of the symbols that need them.
void VersionTables::add_needs(Link& link, DynamicSymbols& symbols) {
  std::map<std::string_view, FileId> first_of;  // several files may stand for one library
  for (const InputFile* library : link.inputs.libraries) first_of.try_emplace(library->loader_name, library->id);
  std::map<FileId, std::map<std::string_view, size_t>> known;  // by version: its place in `needs`
  std::map<FileId, Need> needs;
  struct Use {
    size_t entry;
    FileId library;
    size_t place;
  };
  std::vector<Use> uses;
  for (size_t i = 0; i < symbols.symbols().size(); i++) {
    const SymbolId id = symbols.symbols()[i];
    const Claim claim = link.symbols.claim(id);
    if (!link.symbols.has(id, symbol_flag::kImported) || !claim.is_import()) continue;
    const SharedSymbol symbol = shared_symbol(library_of(link.inputs.file(claim.file())), claim.raw_symbol());
    // What only weak references mean is looked for in any version, if the library is not needed otherwise.
    if (symbol.version.empty() || !link.inputs.file(claim.file()).is_needed) continue;
    const FileId file = first_of.at(link.inputs.file(claim.file()).loader_name);
    Need& need = needs[file];
    const auto [found, is_new] = known[file].try_emplace(symbol.version, need.names.size());
    if (is_new) need.names.push_back({symbol.version});
    if (link.symbols.has(id, symbol_flag::kStronglyReferenced)) need.names[found->second].is_weak = false;
    uses.push_back({i + 1, file, found->second});
  }
  for (auto& [library, need] : needs) {
    need.library = link.inputs.file(library).loader_name;
    need.library_offset = symbols.strings().add(need.library);
    for (NeededName& name : need.names) {
      if (next_index_ == VERSYM_HIDDEN) {
        link.diagnostics().error("the output needs more than 32765 versions of libraries, which cannot be numbered");
        return;
      }
      name.index = next_index_++;
      name.name_offset = symbols.strings().add(name.name);
    }
  }
  for (const Use& use : uses) entries_[use.entry] = needs[use.library].names[use.place].index;
  for (auto& [library, need] : needs) needs_.push_back(std::move(need));
}

// A loader without DT_RELR is stopped by a version it does not know.
void VersionTables::add_relr_need(DynamicSymbols& symbols) {
  constexpr std::string_view kVersion = "GLIBC_ABI_DT_RELR";
  for (Need& need : needs_) {
    const auto is_of_glibc = [](const NeededName& name) { return name.name.starts_with("GLIBC_2."); };
    if (!need.library.starts_with("libc.so.") || std::none_of(need.names.begin(), need.names.end(), is_of_glibc))
      continue;
    need.names.push_back({kVersion, symbols.strings().add(kVersion), next_index_++, false});
  }
}

uint64_t VersionTables::definitions_size() const {
  uint64_t size = 0;
  for (const Definition& definition : definitions_)
    size += sizeof(VersionDefinition) + definition.names.size() * sizeof(VersionDefinitionName);
  return size;
}

uint64_t VersionTables::needs_size() const {
  uint64_t size = 0;
  for (const Need& need : needs_) size += sizeof(VersionNeed) + need.names.size() * sizeof(NeededVersion);
  return size;
}

void VersionTables::write_symbols(MutableBytes out) const {
  for (size_t i = 0; i < entries_.size(); i++) store(out.data() + i * 2, entries_[i]);
}

void VersionTables::write_definitions(MutableBytes out) const {
  uint8_t* place = out.data();
  for (const Definition& definition : definitions_) {
    const bool is_last = &definition == &definitions_.back();
    const size_t names_size = definition.names.size() * sizeof(VersionDefinitionName);
    VersionDefinition row{};
    row.version = VER_DEF_CURRENT;
    row.flags = definition.flags;
    row.index = static_cast<uint16_t>(definition.names[0] + 1);
    row.name_count = static_cast<uint16_t>(definition.names.size());
    row.hash = sysv_hash(definition.name);
    row.names = sizeof(row);
    row.next = is_last ? 0 : static_cast<uint32_t>(sizeof(row) + names_size);
    store(place, row);
    place += sizeof(row);
    for (const uint16_t& name : definition.names) {
      const uint32_t next = &name == &definition.names.back() ? 0 : sizeof(VersionDefinitionName);
      store(place, VersionDefinitionName{definitions_[name].name_offset, next});
      place += sizeof(VersionDefinitionName);
    }
  }
}

void VersionTables::write_needs(MutableBytes out) const {
  uint8_t* place = out.data();
  for (const Need& need : needs_) {
    const size_t names_size = need.names.size() * sizeof(NeededVersion);
    VersionNeed row{};
    row.version = VER_NEED_CURRENT;
    row.count = static_cast<uint16_t>(need.names.size());
    row.file = need.library_offset;
    row.versions = sizeof(row);
    row.next = &need == &needs_.back() ? 0 : static_cast<uint32_t>(sizeof(row) + names_size);
    store(place, row);
    place += sizeof(row);
    for (const NeededName& name : need.names) {
      const uint32_t next = &name == &need.names.back() ? 0 : sizeof(NeededVersion);
      const uint16_t flags = name.is_weak ? VER_FLG_WEAK : 0;
      store(place, NeededVersion{sysv_hash(name.name), flags, name.index, name.name_offset, next});
      place += sizeof(NeededVersion);
    }
  }
}

// ---- sections

namespace {

template <auto Size, auto Write>
class VersionChunk : public Chunk {
 public:
  VersionChunk(const VersionTables& tables, uint64_t chunk_alignment) : tables_(tables) { alignment = chunk_alignment; }
  uint64_t size() const override { return (tables_.*Size)(); }
  void write(MutableBytes out) const override { (tables_.*Write)(out); }

 private:
  const VersionTables& tables_;
};
using SymbolVersionsChunk = VersionChunk<&VersionTables::symbols_size, &VersionTables::write_symbols>;
using DefinitionsChunk = VersionChunk<&VersionTables::definitions_size, &VersionTables::write_definitions>;
using NeedsChunk = VersionChunk<&VersionTables::needs_size, &VersionTables::write_needs>;

template <class TableChunk>
OutputSection& add_section(Link& link, std::string_view name, uint32_t type, uint64_t alignment) {
  OutputSection& section = output_section(link, name, type, SHF_ALLOC);
  section.chunks.push_back(add_chunk<TableChunk>(link, *state_of(link).version_tables, alignment));
  return section;
}

}  // namespace

void add_version_sections(Link& link, DynamicSymbols& symbols) {
  ElfState& state = state_of(link);
  state.version_tables = std::make_unique<VersionTables>(link, symbols, *state.defined_versions);
  const VersionTables& tables = *state.version_tables;
  if (tables.is_empty()) return;
  const uint64_t word = link.target().word_size;
  add_section<SymbolVersionsChunk>(link, ".gnu.version", SHT_GNU_VERSYM, 2).entry_size = 2;
  if (tables.has_definitions()) add_section<DefinitionsChunk>(link, ".gnu.version_d", SHT_GNU_VERDEF, word);
  if (tables.has_needs()) add_section<NeedsChunk>(link, ".gnu.version_r", SHT_GNU_VERNEED, word);
}

}  // namespace xld::elf
