// StubLibrary: the names of a shared library that is not there. A format writes it as a file that linkers can link
// against (Format::make_stub_library): the linker itself reads its imports from one, and --emit-stub-library hands one
// out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace xld {

enum class StubSymbolType : uint8_t { Unknown, Function, Variable };

struct StubSymbol {
  std::string_view name;
  std::string_view version;  // empty: none
  StubSymbolType type = StubSymbolType::Unknown;
  bool is_default_version = true;  // false: only for those who name the version
};

struct StubLibrary {
  std::string_view name;            // as the loader is told
  std::vector<StubSymbol> symbols;  // keep their order; a name may occur again
};

}  // namespace xld
