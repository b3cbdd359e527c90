// Make's syntax. See dependency_file.h.
#include "ld/reports/dependency_file.h"

#include <set>

namespace xld {

namespace {

// GNU make, "Rule Syntax" and "Wildcards": backslashes count only in front of a character they escape, and are doubled
// there.
std::string escape(std::string_view path) {
  std::string result;
  size_t backslashes = 0;
  for (const char c : path) {
    if (c == ' ' || c == '\t' || c == '#' || c == ':') result.append(backslashes + 1, '\\');
    if (c == '$') result += '$';
    backslashes = c == '\\' ? backslashes + 1 : 0;
    result += c;
  }
  return result;
}

}  // namespace

std::string dependency_rule(std::string_view output, std::span<const std::string> inputs) {
  std::string rule = escape(output) + ":";
  std::string phony;
  std::set<std::string_view> seen;
  for (const std::string& input : inputs) {
    if (input.find('\n') != std::string::npos || !seen.insert(input).second) continue;
    const std::string path = escape(input);
    rule += " \\\n  " + path;
    phony += "\n" + path + ":\n";
  }
  return rule + "\n" + phony;
}

std::string dependency_records(std::string_view output, std::span<const std::string> inputs) {
  constexpr char kVersion = 0x00, kInput = 0x10, kOutput = 0x40;
  std::string records;
  const auto add = [&](char kind, std::string_view text) {
    records += kind;
    records += text;
    records += '\0';
  };
  add(kVersion, "xld (compatible with LLD)");  // as -v says it: readers look for a name they know
  std::set<std::string_view> seen;
  for (const std::string& input : inputs)
    if (seen.insert(input).second) add(kInput, input);
  add(kOutput, output);
  return records;
}

}  // namespace xld
