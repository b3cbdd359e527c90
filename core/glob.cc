// See glob.h. One pattern is matched with a single point to return to, the last star: an earlier one need never give
// back what it took.
#include "core/glob.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

#include "core/bytes.h"

namespace xld {

namespace {

struct CharacterClass {
  std::string_view name;
  int (*contains)(int);
};

constexpr CharacterClass kClasses[] = {
    {"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank}, {"cntrl", std::iscntrl},
    {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower}, {"print", std::isprint},
    {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit},
};

// At "[:name:]": the class, and where it ends.
const CharacterClass* class_at(std::string_view pattern, size_t at, size_t& end) {
  if (!pattern.substr(at).starts_with("[:")) return nullptr;
  const size_t close = pattern.find(":]", at + 2);
  if (close == pattern.npos) return nullptr;
  const auto name = pattern.substr(at + 2, close - at - 2);
  const auto* found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                   [&](const CharacterClass& row) { return row.name == name; });
  end = close + 2;
  return found == std::end(kClasses) ? nullptr : found;
}

uint32_t hash_window(uint32_t window) {
  return window * 0x9e3779b1u >> (32 - 13);
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size(); at++) {
    const char c = pattern[at];
    if (c == '*') {
      if (elements_.empty() || elements_.back().kind != Kind::Star) elements_.push_back({Kind::Star, 0});
    } else if (c == '?') {
      elements_.push_back({Kind::Any, 0});
    } else if (const size_t end = c == '[' ? read_set(pattern, at) : 0; end != 0) {
      at = end - 1;
    } else {
      has_open_set_ |= c == '[';
      if (c == '\\' && at + 1 < pattern.size()) at++;
      elements_.push_back({Kind::Character, static_cast<uint8_t>(pattern[at])});
    }
  }
  is_literal_ = std::all_of(elements_.begin(), elements_.end(),
                            [](const Element& element) { return element.kind == Kind::Character; });
  find_longest_literal();
}

// Adds the set that begins at the bracket `at` and returns its end; 0 if no bracket closes it: then it is a character.
size_t Glob::read_set(std::string_view pattern, size_t at) {
  constexpr size_t kMaxSets = std::numeric_limits<uint16_t>::max();
  if (sets_.size() >= kMaxSets) return 0;
  Set set;
  size_t next = at + 1;
  const bool excludes = next < pattern.size() && (pattern[next] == '!' || pattern[next] == '^');
  if (excludes) next++;
  const auto take = [&]() -> std::optional<uint8_t> {
    if (next < pattern.size() && pattern[next] == '\\') next++;
    if (next >= pattern.size()) return std::nullopt;
    return static_cast<uint8_t>(pattern[next++]);
  };
  for (bool is_first = true; next >= pattern.size() || is_first || pattern[next] != ']'; is_first = false) {
    size_t end = 0;
    if (const CharacterClass* row = class_at(pattern, next, end)) {
      for (int i = 0; i < 128; i++)
        if (row->contains(i)) set.set(static_cast<size_t>(i));
      next = end;
      continue;
    }
    const auto low = take();
    if (!low) return 0;
    std::optional<uint8_t> high = low;
    if (next + 1 < pattern.size() && pattern[next] == '-' && pattern[next + 1] != ']') {
      next++;
      high = take();
      if (!high) return 0;
    }
    for (size_t i = *low; i <= *high; i++) set.set(i);
  }
  elements_.push_back({Kind::Set, static_cast<uint16_t>(sets_.size())});
  sets_.push_back(excludes ? ~set : set);
  return next + 1;
}

void Glob::find_longest_literal() {
  std::string current;
  for (const Element& element : elements_) {
    if (element.kind == Kind::Character) {
      current += static_cast<char>(element.value);
    } else {
      current.clear();
    }
    if (current.size() > longest_literal_.size()) longest_literal_ = current;
  }
}

bool Glob::matches_one(const Element& element, uint8_t character) const {
  switch (element.kind) {
    case Kind::Character:
      return element.value == character;
    case Kind::Set:
      return sets_[element.value][character];
    default:
      return element.kind == Kind::Any;
  }
}

bool Glob::matches(std::string_view name) const {
  size_t at = 0, element = 0;
  size_t star_at = 0, after_star = SIZE_MAX;
  while (at < name.size()) {
    if (element < elements_.size() && elements_[element].kind == Kind::Star) {
      after_star = ++element;
      star_at = at;
      if (element == elements_.size()) return true;
    } else if (element < elements_.size() && matches_one(elements_[element], static_cast<uint8_t>(name[at]))) {
      element++;
      at++;
    } else if (after_star != SIZE_MAX) {
      element = after_star;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (element < elements_.size() && elements_[element].kind == Kind::Star) element++;
  return element == elements_.size();
}

GlobSet::GlobSet(std::vector<Glob> globs) : globs_(std::move(globs)) {
  for (uint32_t i = 0; i < globs_.size(); i++) {
    const std::string& literal = globs_[i].longest_literal();
    if (literal.size() < kWindow) {
      short_globs_.push_back(i);
      continue;
    }
    const auto window = load<uint32_t>(reinterpret_cast<const uint8_t*>(literal.data()) + literal.size() - kWindow);
    keys_.push_back({window, i});
    filter_.set(hash_window(window));
  }
  std::sort(keys_.begin(), keys_.end());
}

uint32_t GlobSet::first_match(std::string_view name) const {
  uint32_t best = kNone;
  for (const uint32_t index : short_globs_) {
    const Glob& glob = globs_[index];
    if (name.find(glob.longest_literal()) == name.npos || !glob.matches(name)) continue;
    best = index;
    break;
  }
  if (keys_.empty()) return best;
  for (size_t at = 0; at + kWindow <= name.size(); at++) {
    const auto window = load<uint32_t>(reinterpret_cast<const uint8_t*>(name.data()) + at);
    if (filter_[hash_window(window)]) best = search(window, name, best);
  }
  return best;
}

// The last window of a literal tells patterns of one prefix apart; those that share it are tried in turn.
uint32_t GlobSet::search(uint32_t window, std::string_view name, uint32_t best) const {
  auto key = std::lower_bound(keys_.begin(), keys_.end(), Key{window, 0});
  for (; key != keys_.end() && key->window == window && key->index < best; ++key)
    if (globs_[key->index].matches(name)) return key->index;
  return best;
}

}  // namespace xld
