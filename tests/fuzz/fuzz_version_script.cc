// Version scripts and lists of symbols; names to match stand in the text, too.
#include "formats/elf/version_matcher.h"
#include "formats/elf/version_script.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<elf::VersionPattern> patterns;
  static_cast<void>(elf::parse_symbol_list({data, size}, "fuzzed.list", patterns));
  elf::VersionScript script;
  if (const auto error = elf::parse_version_script({data, size}, "fuzzed.map", script)) {
    if (error->message.empty()) __builtin_trap();
    return 0;
  }
  const elf::VersionMatcher matcher(script);
  for (const char* name : {"", "a", "_ZN2ns1fEi", "abcdefgh"}) static_cast<void>(matcher.match(name));
  for (const elf::VersionNode& node : script.nodes) {
    for (const elf::VersionPattern& pattern : node.patterns) {
      // An exact name is found, and what is found is some rule of the script.
      const elf::VersionChoice choice = matcher.match(pattern.text);
      if (pattern.is_literal && !pattern.is_demangled && !choice.is_exact) __builtin_trap();
      if (choice.is_found() && choice.node >= script.nodes.size()) __builtin_trap();
    }
  }
  static_cast<void>(matcher.unused());
  return 0;
}
