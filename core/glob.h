// Glob: patterns with *, ? and [...] for names, as fnmatch() reads them in the C locale: no character is special to the
// names, `[!a-c]` and `[^a-c]` exclude, `[[:digit:]]` is a class, a backslash takes the next character as it is.
//
// GlobSet: many of them, asked at once. A pattern can match only a name that contains its literal text, so names are
// searched for four bytes of each pattern's longest literal, all patterns in one pass; the few that are found are
// matched in full. Immutable once made; any thread may ask.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace xld {

class Glob {
 public:
  explicit Glob(std::string_view pattern);

  bool matches(std::string_view name) const;

  // Everything matches it.
  bool is_star() const { return elements_.size() == 1 && elements_[0].kind == Kind::Star; }
  // Nothing in it is special: `literal` is the one name it matches.
  bool is_literal() const { return is_literal_; }
  const std::string& literal() const { return longest_literal_; }

  // A bracket is opened and never closed: it is taken as it is, but hardly meant.
  bool has_open_set() const { return has_open_set_; }

  // The longest text that stands in every name it matches.
  const std::string& longest_literal() const { return longest_literal_; }

 private:
  enum class Kind : uint8_t { Character, Any, Set, Star };
  struct Element {
    Kind kind;
    uint16_t value;  // the character; of Set: index in sets_
  };
  using Set = std::bitset<256>;

  size_t read_set(std::string_view pattern, size_t at);
  void find_longest_literal();
  bool matches_one(const Element& element, uint8_t character) const;

  std::vector<Element> elements_;
  std::vector<Set> sets_;
  std::string longest_literal_;
  bool is_literal_ = true;
  bool has_open_set_ = false;
};

class GlobSet {
 public:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  // Patterns in the order of preference.
  explicit GlobSet(std::vector<Glob> globs);

  // The first pattern that matches, or kNone.
  uint32_t first_match(std::string_view name) const;

  bool empty() const { return globs_.empty(); }
  const Glob& glob(uint32_t index) const { return globs_[index]; }

 private:
  static constexpr size_t kWindow = 4;  // bytes
  static constexpr size_t kFilterBits = 1 << 13;

  struct Key {
    uint32_t window;
    uint32_t index;
    bool operator<(const Key& other) const {
      return window != other.window ? window < other.window : index < other.index;
    }
  };

  uint32_t search(uint32_t window, std::string_view name, uint32_t best) const;

  std::vector<Glob> globs_;
  std::vector<uint32_t> short_globs_;  // those without a window
  std::vector<Key> keys_;              // sorted
  std::bitset<kFilterBits> filter_;    // windows that may be in keys_
};

}  // namespace xld
