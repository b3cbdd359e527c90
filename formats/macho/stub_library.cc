// Format::make_stub_library: the text form of a library's names, version 4, as LLVM's TextAPI documents it.
#include <fmt/core.h>

#include "formats/macho/library.h"
#include "formats/macho/universal.h"

namespace xld::macho {

namespace {

// YAML, single-quoted: nothing but the quote is special.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result + "'";
}

}  // namespace

// No version of the library is promised, so that any will do at run time.
std::string make_stub_library(const Target& target, const StubLibrary& library) {
  const std::string targets = fmt::format("[ {}-macos ]", architecture_name(target.cpu));
  std::string text = fmt::format(
      "--- !tapi-tbd\n"
      "tbd-version: 4\n"
      "targets: {0}\n"
      "install-name: {1}\n"
      "current-version: 0\n"
      "compatibility-version: 0\n"
      "exports:\n"
      "  - targets: {0}\n"
      "    symbols:\n",
      targets, quoted(library.name));
  for (const StubSymbol& symbol : library.symbols) text += fmt::format("      - {}\n", quoted(symbol.name));
  return text + "...\n";
}

}  // namespace xld::macho
