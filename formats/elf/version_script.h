// Version scripts (--version-script, VERSION in linker scripts) and lists of symbols (--dynamic-list,
// --export-dynamic-symbol-list) as data.
//
// Language: GNU ld's manual, "VERSION Command": nodes `NAME { global: PATTERN; ... local: PATTERN; ... } PARENT...;`,
// one without a name that stands alone, extern "C" and extern "C++" blocks, comments. A name between quotes is taken as
// it is; others are globs. What the patterns mean is in version_matcher.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::elf {

class TextReader;

struct VersionPattern {
  std::string text;  // the name itself if `is_literal`
  bool is_literal = false;
  bool is_local = false;
  bool is_demangled = false;  // extern "C++": the pattern is of names as people write them
  uint32_t line = 0;
};

struct VersionNode {
  std::string name;  // empty: symbols are only global or local
  std::vector<uint16_t> parents;
  std::vector<VersionPattern> patterns;
  std::string path;  // of the script, for messages
};

// All scripts of a link together.
struct VersionScript {
  std::vector<VersionNode> nodes;

  // Versions are numbered from 2 on in 15 bits.
  static constexpr size_t kMaxNodes = 0x7ffe;
};

// Each adds to what is there. An error is complete: "PATH:LINE:COLUMN: what was expected", the line, and a caret.
// The versions begin at `begin`, if the text before is in another language; then a brace ends them.
std::optional<Error> parse_version_script(Bytes file, std::string_view path, VersionScript& script, size_t begin = 0);
std::optional<Error> parse_symbol_list(Bytes file, std::string_view path, std::vector<VersionPattern>& patterns);

// What stands between the braces of VERSION { ... }; reports to the reader.
void parse_version_nodes(TextReader& reader, std::string_view path, VersionScript& script);

// A name or glob given on the command line.
VersionPattern make_version_pattern(std::string_view text);

}  // namespace xld::elf
