// See exports.h.
#include "formats/macho/exports.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include "core/list_lines.h"
#include "formats/macho/export_trie.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/state.h"

namespace xld::macho {

void NameList::add(std::string_view pattern) {
  if (pattern.find_first_of("*?[") == pattern.npos) {
    names_.emplace(pattern);
  } else {
    patterns_.emplace_back(pattern);
  }
}

void NameList::add_lines(std::string_view text) {
  for_each_listed_name(text, [&](std::string_view name, uint32_t) { add(name); });
}

bool NameList::contains(std::string_view name) const {
  const std::string text(name);
  if (names_.contains(text)) return true;
  for (const std::string& pattern : patterns_)
    if (::fnmatch(pattern.c_str(), text.c_str(), 0) == 0) return true;
  return false;
}

void read_name_lists(Link& link, const std::vector<std::string>& paths, std::string_view option, NameList& list) {
  for (const std::string& path : paths) {
    const auto text = link.open_referenced ? link.open_referenced(path) : Result<Bytes>(Error{"no files"});
    if (!text) {
      link.diagnostics().error(fmt::format("{}: cannot open {}: {}", option, path, text.error().message));
      continue;
    }
    list.add_lines(as_text(*text));
  }
}

ExportRules::ExportRules(Link& link) : link_(link) {
  const DarwinOptions& options = link.options().darwin;
  for (const std::string& name : options.exported) exported_.add(name);
  for (const std::string& name : options.unexported) unexported_.add(name);
  read_name_lists(link, options.exported_lists, "-exported_symbols_list", exported_);
  read_name_lists(link, options.unexported_lists, "-unexported_symbols_list", unexported_);
  read_name_lists(link, options.interposable_lists, "-interposable_list", interposable_);
  read_name_lists(link, options.reexported_lists, "-reexported_symbols_list", passed_on_);
  has_export_list_ = !options.exported.empty() || !options.exported_lists.empty() || options.exports_nothing;
}

bool ExportRules::lists(SymbolId id) const {
  return has_export_list_ && exported_.contains(link_.symbols.name(id));
}

bool ExportRules::exports(SymbolId id) const {
  if (link_.symbols.has(id, symbol_flag::kHidden)) return false;
  const std::string_view name = link_.symbols.name(id);
  if (has_export_list_ && !exported_.contains(name)) return false;
  return unexported_.is_empty() || !unexported_.contains(name);
}

bool ExportRules::is_interposable(SymbolId id) const {
  // Libraries find names of other images first, if all of them share one name space.
  const DarwinOptions& options = link_.options().darwin;
  const bool is_flat_library = options.is_flat && link_.target().output == OutputKind::SharedLibrary;
  return options.is_interposable || is_flat_library ||
         (!interposable_.is_empty() && interposable_.contains(link_.symbols.name(id)));
}

bool ExportRules::passes_on(SymbolId id) const {
  return !passed_on_.is_empty() && passed_on_.contains(link_.symbols.name(id));
}

std::vector<uint8_t> make_export_trie(const Link& link) {
  std::vector<Export> exports;
  const uint64_t header = link.layout.plan.base_address;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    if (!is_exported(link, id)) continue;
    const uint32_t flags = link.symbols.flags(id);
    const AtomId atom = link.symbols.atom(id);
    if (atom.is_valid() && (!link.is_live[atom.value] || link.atom(atom).has(atom_flag::kUnwind))) continue;
    const bool is_placed = atom.is_valid() || (flags & (symbol_flag::kAbsolute | symbol_flag::kLinkerMade));
    if (!is_placed) continue;
    Export entry;
    entry.name = link.symbols.name(id);
    const uint64_t address =
        atom.is_valid() ? link.address_of(link.atom(atom), link.symbols.value(id)) : link.symbols.value(id);
    const bool is_absolute = (flags & symbol_flag::kAbsolute) != 0;
    entry.offset = is_absolute ? address : address - header;
    if (is_absolute) entry.flags |= EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE;
    if (flags & symbol_flag::kWeak) entry.flags |= EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION;
    if (is_thread_variable(link, atom)) entry.flags |= EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL;
    exports.push_back(entry);
  }
  for (const SymbolId id : state_of(link).reexported) {
    const uint32_t import = state_of(link).import_of[id.value];
    if (import == kNoImport || state_of(link).imports[import].ordinal <= 0) continue;
    exports.push_back({link.symbols.name(id), EXPORT_SYMBOL_FLAGS_REEXPORT,
                       static_cast<uint64_t>(state_of(link).imports[import].ordinal)});
  }
  return build_export_trie(std::move(exports));
}

}  // namespace xld::macho
