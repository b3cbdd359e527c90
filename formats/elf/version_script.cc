// See version_script.h.
#include "formats/elf/version_script.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "core/glob.h"
#include "formats/elf/text_reader.h"

namespace xld::elf {

namespace {

constexpr std::string_view kNameEnd = " \t\n\r\f\v{};\"#";
constexpr uint32_t kMaxDepth = 16;  // of extern blocks

bool is_equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// Reads patterns up to a closing brace, for nodes and for lists.
class PatternParser {
 public:
  PatternParser(TextReader& reader, std::vector<VersionPattern>& patterns, bool takes_labels)
      : reader_(reader), patterns_(patterns), takes_labels_(takes_labels) {}
  virtual ~PatternParser() = default;

  void parse_block() { parse_patterns(0, false); }

 protected:
  // Called for each pattern, with its place.
  virtual void check(const VersionPattern& /*pattern*/, size_t /*position*/) {}

 private:
  void parse_patterns(uint32_t depth, bool is_demangled) {
    while (!reader_.failed() && reader_.peek() != '}') {
      if (reader_.at_end()) return reader_.fail("expected a symbol or '}', found the end of the file");
      parse_item(depth, is_demangled);
    }
  }

  void parse_item(uint32_t depth, bool is_demangled) {
    const size_t begin = reader_.position();
    const bool is_quoted = reader_.peek() == '"';
    const auto word = is_quoted ? reader_.take_quoted() : take_pattern();
    if (reader_.failed()) return;
    if (!is_quoted && (word == "global" || word == "local") && reader_.accept(':')) {
      if (!takes_labels_) return reader_.fail_at(begin, "a list of symbols has no 'global:' and 'local:'");
      if (depth != 0) return reader_.fail_at(begin, fmt::format("'{}:' cannot stand in an extern block", word));
      is_local_ = word == "local";
      return;
    }
    if (!is_quoted && word == "extern" && reader_.peek() == '"') {
      parse_extern(depth + 1);
    } else {
      add(word, is_quoted, is_demangled, begin);
    }
    // The last pattern of an extern block may do without.
    if (!reader_.failed() && !(depth != 0 && reader_.peek() == '}')) reader_.expect(';', "after the symbol");
  }

  // Colons belong to a name in pairs only: std::*.
  std::string_view take_pattern() {
    const size_t begin = reader_.position();
    const auto word = reader_.take_word(kNameEnd, "a symbol or '}'");
    size_t end = 0;
    for (; end < word.size(); end++) {
      if (word.substr(end).starts_with("/*")) break;
      if (word[end] != ':') continue;
      if (end + 1 == word.size() || word[end + 1] != ':') break;
      end++;
    }
    if (end == 0 && !reader_.failed()) reader_.fail_at(begin, "expected a symbol or '}'");
    reader_.move_to(begin + end);
    return word.substr(0, end);
  }

  void parse_extern(uint32_t depth) {
    const size_t begin = reader_.position();
    const auto language = reader_.take_quoted();
    if (reader_.failed()) return;
    const bool is_demangled = is_equal_ignoring_case(language, "C++");
    if (!is_demangled && !is_equal_ignoring_case(language, "C"))
      return reader_.fail_at(begin, fmt::format("unknown language \"{}\"; there are \"C\" and \"C++\"", language));
    if (depth > kMaxDepth) return reader_.fail_at(begin, "too many extern blocks inside each other");
    reader_.expect('{', "after the language");
    parse_patterns(depth, is_demangled);
    reader_.expect('}', "at the end of the extern block");
  }

  void add(std::string_view word, bool is_quoted, bool is_demangled, size_t position) {
    VersionPattern pattern;
    if (is_quoted) {
      pattern.text = word;
      pattern.is_literal = true;
    } else {
      pattern = make_version_pattern(word);
      // In a demangled name brackets are operators: operator[]*.
      if (!is_demangled && Glob(word).has_open_set())
        reader_.fail_at(position, "invalid version pattern: no ']' closes the '['; quote names that have one");
    }
    pattern.is_local = is_local_;
    pattern.is_demangled = is_demangled;
    pattern.line = reader_.line_of(position);
    check(pattern, position);
    patterns_.push_back(std::move(pattern));
  }

  TextReader& reader_;
  std::vector<VersionPattern>& patterns_;
  const bool takes_labels_;
  bool is_local_ = false;
};

class VersionParser {
 public:
  VersionParser(TextReader& reader, std::string_view path, VersionScript& script)
      : reader_(reader), path_(path), script_(script) {
    for (uint16_t i = 0; i < script.nodes.size(); i++) {
      by_name_.emplace(script.nodes[i].name, i);
      for (const VersionPattern& pattern : script.nodes[i].patterns) remember(pattern, i);
    }
  }

  void parse_node() {
    const size_t begin = (reader_.skip_blanks(), reader_.position());
    VersionNode node;
    node.path = path_;
    if (reader_.peek() != '{') node.name = reader_.take_word(kNameEnd, "a version's name or '{'");
    if (reader_.failed() || !check_name(node.name, begin)) return;
    reader_.expect('{', "before the version's symbols");
    NodePatterns(*this, node).parse_block();
    reader_.expect('}', "after the version's symbols");
    while (!reader_.failed() && reader_.peek() != ';') parse_parent(node);
    reader_.expect(';', "after the version");
    if (reader_.failed()) return;
    const auto index = static_cast<uint16_t>(script_.nodes.size());
    for (const VersionPattern& pattern : node.patterns) remember(pattern, index);
    by_name_.emplace(node.name, index);
    script_.nodes.push_back(std::move(node));
  }

 private:
  // A pattern that is global in one node and local in another, as GNU ld, is refused.
  struct NodePatterns : PatternParser {
    NodePatterns(VersionParser& parser, VersionNode& node)
        : PatternParser(parser.reader_, node.patterns, true), parser_(parser) {}
    void check(const VersionPattern& pattern, size_t position) override {
      const auto found = parser_.scopes_.find(key_of(pattern, !pattern.is_local));
      if (found == parser_.scopes_.end()) return;
      const VersionNode& other = parser_.script_.nodes[found->second];
      parser_.reader_.fail_at(
          position, fmt::format("'{}' is {} here, but {} in {}", pattern.text, pattern.is_local ? "local" : "global",
                                pattern.is_local ? "global" : "local",
                                other.name.empty() ? "another version" : "version " + other.name));
    }
    VersionParser& parser_;
  };

  struct Key {
    std::string text;
    bool is_literal, is_demangled, is_local;
    auto operator<=>(const Key&) const = default;
  };
  static Key key_of(const VersionPattern& pattern, bool is_local) {
    return {pattern.text, pattern.is_literal, pattern.is_demangled, is_local};
  }
  void remember(const VersionPattern& pattern, uint16_t node) {
    scopes_.emplace(key_of(pattern, pattern.is_local), node);
  }

  bool check_name(const std::string& name, size_t position) {
    const auto fail = [&](std::string_view problem) { return reader_.fail_at(position, problem), false; };
    if (by_name_.contains(name))
      return fail(name.empty() ? "there is a version without a name already"
                               : fmt::format("version {} is there already", name));
    if (by_name_.contains("") || (name.empty() && !by_name_.empty()))
      return fail("a version without a name cannot be combined with others");
    if (script_.nodes.size() == VersionScript::kMaxNodes) return fail("too many versions");
    return true;
  }

  void parse_parent(VersionNode& node) {
    const size_t begin = (reader_.skip_blanks(), reader_.position());
    const auto name = reader_.take_word(kNameEnd, "a version it depends on, or ';'");
    if (reader_.failed()) return;
    const auto found = by_name_.find(name);
    if (found == by_name_.end() || name.empty())
      return reader_.fail_at(begin,
                             fmt::format("version {} depends on {}, which is not defined before it", node.name, name));
    node.parents.push_back(found->second);
  }

  TextReader& reader_;
  std::string_view path_;
  VersionScript& script_;
  std::map<std::string, uint16_t, std::less<>> by_name_;
  std::map<Key, uint16_t> scopes_;
};

}  // namespace

VersionPattern make_version_pattern(std::string_view text) {
  const Glob glob(text);
  VersionPattern pattern;
  pattern.is_literal = glob.is_literal();
  pattern.text = pattern.is_literal ? glob.literal() : std::string(text);
  return pattern;
}

void parse_version_nodes(TextReader& reader, std::string_view path, VersionScript& script) {
  VersionParser parser(reader, path, script);
  while (!reader.failed() && !reader.at_end() && reader.peek() != '}') parser.parse_node();
}

std::optional<Error> parse_version_script(Bytes file, std::string_view path, VersionScript& script, size_t begin) {
  TextReader reader(as_text(file), path);
  reader.move_to(begin);
  parse_version_nodes(reader, path, script);
  if (!reader.failed() && !reader.at_end() && begin == 0) reader.fail("expected a version");
  if (reader.failed()) return reader.error();
  return std::nullopt;
}

std::optional<Error> parse_symbol_list(Bytes file, std::string_view path, std::vector<VersionPattern>& patterns) {
  TextReader reader(as_text(file), path);
  while (!reader.failed() && !reader.at_end()) {
    reader.expect('{', "before the symbols");
    PatternParser(reader, patterns, false).parse_block();
    reader.expect('}', "after the symbols");
    reader.expect(';', "after the list");
  }
  if (reader.failed()) return reader.error();
  return std::nullopt;
}

}  // namespace xld::elf
