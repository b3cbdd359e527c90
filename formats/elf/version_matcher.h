// VersionMatcher: which version a version script gives a symbol, and whether it stays local.
//
// Precedence, as in GNU ld: an exact name before globs, whatever their order, and of several exact ones the first
// version's, global before local. Of globs but `*`, global ones before local ones, the last version's first; then a
// global `*`, then a local one.
//
// Exact names are hashed, globs searched together (core/glob.h), and a name is demangled only if the script has
// patterns for demangled names. Threads: any may ask.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/glob.h"
#include "core/hash.h"
#include "formats/elf/version_script.h"

namespace xld::elf {

struct VersionChoice {
  static constexpr uint16_t kNone = 0xffff;

  uint16_t node = kNone;  // index in VersionScript::nodes; kNone: the script says nothing of the symbol
  bool is_local = false;
  bool is_exact = false;

  bool is_found() const { return node != kNone; }
};

class VersionMatcher {
 public:
  // The script must live as long.
  explicit VersionMatcher(const VersionScript& script);

  VersionChoice match(std::string_view name) const;

  // What an object defines as name@VERSION: the node's own patterns may keep it inside, those of others may not.
  bool keeps_inside(std::string_view name, uint16_t node) const;

  // The symbol name@VERSION of the node is defined, so the node's exact pattern for it has its match.
  void note_versioned(std::string_view name, uint16_t node) const;

  // Exact global patterns that nothing matched so far: what --no-undefined-version reports.
  struct Unused {
    const VersionNode* node;
    const VersionPattern* pattern;
  };
  std::vector<Unused> unused() const;

 private:
  struct Rule {
    const VersionPattern* pattern;
    uint16_t node;
  };
  struct NameHash {
    size_t operator()(std::string_view name) const { return hash_name(name); }
  };
  using ExactNames = std::unordered_map<std::string_view, uint32_t, NameHash>;  // the first rule of a name

  // The globs of one kind of names.
  struct GlobRules {
    GlobSet set;
    std::vector<uint32_t> ranks;  // by index in the set: the index in glob_rules_
  };

  static bool has_same_name(const Rule& a, const Rule& b);
  void sort_rules();
  void index_exact_rules();
  GlobRules make_glob_rules(bool is_demangled) const;
  void find_exact(const ExactNames& names, std::string_view name, VersionChoice& best) const;
  uint32_t find_glob(const GlobRules& rules, std::string_view name) const;

  const VersionScript& script_;
  std::vector<Rule> exact_rules_;  // by kind of name, name, node, and the global one first
  std::vector<Rule> glob_rules_;   // in the order of preference
  VersionChoice star_global_, star_local_;
  ExactNames exact_, exact_demangled_;
  GlobRules globs_, demangled_globs_;
  bool looks_at_demangled_ = false;
  std::unique_ptr<std::atomic<uint8_t>[]> is_used_;  // by exact rule
};

}  // namespace xld::elf
