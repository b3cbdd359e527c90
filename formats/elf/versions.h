// Symbol versions of an output: which version each of its names has, and .gnu.version, .gnu.version_d, .gnu.version_r.
//
// LSB core "Symbol Versioning"; GNU ld's manual for version scripts and for names with versions in objects (.symver):
// `foo@V` is defined for those who ask for V, `foo@@V` for everybody.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/chunk.h"
#include "formats/elf/version_matcher.h"
#include "formats/elf/version_script.h"
#include "formats/format.h"

namespace xld::elf {

class DynamicSymbols;

// "foo@V" and "foo@@V": foo.
std::string_view name_without_version(std::string_view name);

// A version that an object's own symbol table gives a definition.
struct ExplicitVersion {
  std::string_view version;
  bool is_given = false;
  bool is_default = false;
};

// References to name@VERSION that nobody defines in so many words: to the default version of a library's symbol, which
// the library's names do not spell out, or to a name@@VERSION of this output. Before symbols are bound.
void bind_versioned_references(Link& link);

// All version scripts of the link, one after the other; each is read once, and what is wrong with it reported.
const VersionScript& read_version_scripts(Link& link);

// What the version scripts say of the names this output defines. Scripts are read when it is made.
class DefinedVersions {
 public:
  explicit DefinedVersions(Link& link);

  // Settles the version of a name that is defined here; false: the script keeps it inside. Any thread.
  bool admit(SymbolId id);

  // Of a name that was not admitted: the name@VERSION that is exported instead. References to the one mean the other,
  // so that another module can replace it. Not valid: nothing is.
  SymbolId exported_instead(SymbolId id) const;

  // After all names: exact patterns of the scripts that nothing matched, if the options forbid them.
  void report_unused() const;

  // An entry of .gnu.version.
  uint16_t version_of(SymbolId id) const { return versions_.empty() ? kUnversioned : versions_[id.value]; }

  // Versions that become definitions of the output, numbered from kFirstVersion on.
  const std::vector<VersionNode>& nodes() const { return script_.nodes; }
  bool has_explicit_versions() const { return has_explicit_versions_; }
  bool has_definitions() const { return !script_.nodes.empty() && !script_.nodes.front().name.empty(); }

  static constexpr uint16_t kUnversioned = 1;
  static constexpr uint16_t kFirstVersion = 2;

 private:
  void add_default_version();
  void add_explicit_versions();
  std::vector<SymbolId> name_versions();  // by node; invalid: something else has the name
  std::string definer(SymbolId id) const;
  uint16_t entry_of(SymbolId id, const ExplicitVersion& version) const;
  void check_twin(SymbolId id, std::string_view version) const;
  SymbolId explicit_twin(std::string_view name, uint16_t node) const;
  SymbolId twin_left_behind(SymbolId id) const;
  bool is_kept_inside(std::string_view name, std::string_view version) const;

  Link& link_;
  VersionScript script_;
  std::map<std::string_view, uint16_t, std::less<>> nodes_by_name_;
  std::unique_ptr<VersionMatcher> matcher_;  // none: there is no script
  uint16_t default_version_ = kUnversioned;  // of names the scripts do not mention
  bool has_explicit_versions_ = false;       // some object names versions
  Array<uint16_t> versions_;                 // by SymbolId; empty: no name has one
};

// The version tables of an output, settled when its dynamic symbols are.
class VersionTables {
 public:
  VersionTables(Link& link, DynamicSymbols& symbols, const DefinedVersions& defined);

  bool has_definitions() const { return !definitions_.empty(); }
  bool has_needs() const { return !needs_.empty(); }
  bool is_empty() const { return !has_definitions() && !has_needs(); }
  uint32_t definition_count() const { return static_cast<uint32_t>(definitions_.size()); }
  uint32_t need_count() const { return static_cast<uint32_t>(needs_.size()); }

  uint64_t symbols_size() const { return entries_.size() * 2; }
  uint64_t definitions_size() const;
  uint64_t needs_size() const;
  void write_symbols(MutableBytes out) const;
  void write_definitions(MutableBytes out) const;
  void write_needs(MutableBytes out) const;

 private:
  struct Definition {
    std::string_view name;
    uint16_t flags = 0;
    std::vector<uint16_t> names;  // indices here: itself, then its parents
    uint32_t name_offset = 0;
  };
  struct NeededName {
    std::string_view name;
    uint32_t name_offset = 0;
    uint16_t index = 0;
    bool is_weak = true;  // so are all references
  };
  struct Need {
    std::string_view library;
    uint32_t library_offset = 0;
    std::vector<NeededName> names;
  };

  void add_definitions(Link& link, const DefinedVersions& defined, DynamicSymbols& symbols);
  void add_needs(Link& link, DynamicSymbols& symbols);
  void add_relr_need(DynamicSymbols& symbols);

  std::vector<Definition> definitions_;  // the first names the output itself
  std::vector<Need> needs_;
  std::vector<uint16_t> entries_;  // by index in .dynsym
  uint16_t next_index_ = DefinedVersions::kFirstVersion;
};

// The sections, as far as there are versions, and what .dynamic says of them. After the dynamic symbols are settled,
// before their strings are.
void add_version_sections(Link& link, DynamicSymbols& symbols);

}  // namespace xld::elf
