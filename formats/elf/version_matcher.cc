// See version_matcher.h.
#include "formats/elf/version_matcher.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "core/demangle.h"

namespace xld::elf {

VersionMatcher::VersionMatcher(const VersionScript& script)
    : script_(script), globs_{GlobSet({}), {}}, demangled_globs_{GlobSet({}), {}} {
  sort_rules();
  index_exact_rules();
  globs_ = make_glob_rules(false);
  demangled_globs_ = make_glob_rules(true);
  looks_at_demangled_ = !exact_demangled_.empty() || !demangled_globs_.set.empty();
}

bool VersionMatcher::has_same_name(const Rule& a, const Rule& b) {
  return a.pattern->is_demangled == b.pattern->is_demangled && a.pattern->text == b.pattern->text;
}

void VersionMatcher::sort_rules() {
  for (uint16_t i = 0; i < script_.nodes.size(); i++) {
    for (const VersionPattern& pattern : script_.nodes[i].patterns) {
      if (pattern.is_literal) {
        exact_rules_.push_back({&pattern, i});
      } else if (Glob(pattern.text).is_star()) {
        (pattern.is_local ? star_local_ : star_global_) = {i, pattern.is_local, false};
      } else {
        glob_rules_.push_back({&pattern, i});
      }
    }
  }
  std::stable_sort(exact_rules_.begin(), exact_rules_.end(), [](const Rule& a, const Rule& b) {
    return std::tie(a.pattern->is_demangled, a.pattern->text, a.node, a.pattern->is_local) <
           std::tie(b.pattern->is_demangled, b.pattern->text, b.node, b.pattern->is_local);
  });
  std::stable_sort(glob_rules_.begin(), glob_rules_.end(), [](const Rule& a, const Rule& b) {
    if (a.pattern->is_local != b.pattern->is_local) return b.pattern->is_local;
    return a.node > b.node;
  });
}

void VersionMatcher::index_exact_rules() {
  is_used_ = std::make_unique<std::atomic<uint8_t>[]>(exact_rules_.size());
  for (uint32_t i = 0; i < exact_rules_.size(); i++) {
    const VersionPattern& pattern = *exact_rules_[i].pattern;
    (pattern.is_demangled ? exact_demangled_ : exact_).try_emplace(pattern.text, i);
  }
}

VersionMatcher::GlobRules VersionMatcher::make_glob_rules(bool is_demangled) const {
  std::vector<Glob> globs;
  std::vector<uint32_t> ranks;
  for (uint32_t i = 0; i < glob_rules_.size(); i++) {
    if (glob_rules_[i].pattern->is_demangled != is_demangled) continue;
    globs.emplace_back(glob_rules_[i].pattern->text);
    ranks.push_back(i);
  }
  return {GlobSet(std::move(globs)), std::move(ranks)};
}

VersionChoice VersionMatcher::match(std::string_view name) const {
  const std::string demangled = looks_at_demangled_ ? demangle(name) : std::string();
  VersionChoice best;
  find_exact(exact_, name, best);
  if (looks_at_demangled_) find_exact(exact_demangled_, demangled, best);
  if (best.is_found()) return best;
  uint32_t rule = find_glob(globs_, name);
  if (looks_at_demangled_) rule = std::min(rule, find_glob(demangled_globs_, demangled));
  if (rule != GlobSet::kNone) return {glob_rules_[rule].node, glob_rules_[rule].pattern->is_local, false};
  return star_global_.is_found() ? star_global_ : star_local_;
}

void VersionMatcher::find_exact(const ExactNames& names, std::string_view name, VersionChoice& best) const {
  const auto found = names.find(name);
  if (found == names.end()) return;
  const Rule& first = exact_rules_[found->second];
  for (size_t i = found->second; i < exact_rules_.size() && has_same_name(exact_rules_[i], first); i++)
    is_used_[i].store(1, std::memory_order_relaxed);
  const VersionChoice choice = {first.node, first.pattern->is_local, true};
  if (std::tuple(choice.node, choice.is_local) < std::tuple(best.node, best.is_local)) best = choice;
}

uint32_t VersionMatcher::find_glob(const GlobRules& rules, std::string_view name) const {
  const uint32_t index = rules.set.first_match(name);
  return index == GlobSet::kNone ? index : rules.ranks[index];
}

bool VersionMatcher::keeps_inside(std::string_view name, uint16_t node) const {
  const std::string demangled = looks_at_demangled_ ? demangle(name) : std::string();
  const auto matches = [&](const VersionPattern& pattern) {
    const std::string_view text = pattern.is_demangled ? std::string_view(demangled) : name;
    return pattern.is_literal ? pattern.text == text : Glob(pattern.text).matches(text);
  };
  bool is_local = false;
  for (const VersionPattern& pattern : script_.nodes[node].patterns) {
    if (!matches(pattern)) continue;
    if (!pattern.is_local) return false;
    is_local = true;
  }
  return is_local;
}

void VersionMatcher::note_versioned(std::string_view name, uint16_t node) const {
  const auto found = exact_.find(name);
  if (found == exact_.end()) return;
  const Rule& first = exact_rules_[found->second];
  for (size_t i = found->second; i < exact_rules_.size() && has_same_name(exact_rules_[i], first); i++)
    if (exact_rules_[i].node == node) is_used_[i].store(1, std::memory_order_relaxed);
}

std::vector<VersionMatcher::Unused> VersionMatcher::unused() const {
  std::vector<Rule> rules;
  for (size_t i = 0; i < exact_rules_.size(); i++)
    if (!exact_rules_[i].pattern->is_local && is_used_[i].load(std::memory_order_relaxed) == 0)
      rules.push_back(exact_rules_[i]);
  // As they stand in the scripts.
  std::sort(rules.begin(), rules.end(),
            [](const Rule& a, const Rule& b) { return a.node != b.node ? a.node < b.node : a.pattern < b.pattern; });
  std::vector<Unused> unused;
  for (const Rule& rule : rules) unused.push_back({&script_.nodes[rule.node], rule.pattern});
  return unused;
}

}  // namespace xld::elf
