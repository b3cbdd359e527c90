// Which definitions of the output other images may find: -exported_symbols_list and its kin.
//
// Lists have a name a line; `#` begins a comment; names may be patterns with *, ? and [].
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "formats/format.h"

namespace xld::macho {

class NameList {
 public:
  void add(std::string_view pattern);
  void add_lines(std::string_view text);
  bool is_empty() const { return names_.empty() && patterns_.empty(); }
  bool contains(std::string_view name) const;

 private:
  std::unordered_set<std::string> names_;
  std::vector<std::string> patterns_;
};

// Lists in files; one that cannot be opened is an error that names the option.
void read_name_lists(Link& link, const std::vector<std::string>& paths, std::string_view option, NameList& list);

class ExportRules {
 public:
  explicit ExportRules(Link& link);

  // `id` is defined in the output.
  bool exports(SymbolId id) const;
  // An option names it as one to be exported.
  bool lists(SymbolId id) const;
  // Other images may redirect uses of the definition `id`.
  bool is_interposable(SymbolId id) const;
  // `id` is a library's, and the output offers it as its own.
  bool passes_on(SymbolId id) const;
  bool has_export_list() const { return has_export_list_; }

 private:
  Link& link_;
  NameList exported_, unexported_, interposable_, passed_on_;
  bool has_export_list_ = false;
};

// The names to write into the export trie, and `start`-like ones of the linker; after addresses are known.
std::vector<uint8_t> make_export_trie(const Link& link);

}  // namespace xld::macho
