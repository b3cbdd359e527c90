// The export trie: all names an image offers, as a tree of common prefixes. <mach-o/loader.h>, EXPORT_SYMBOL_FLAGS_*.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::macho {

struct Export {
  std::string_view name;
  uint64_t flags = 0;
  uint64_t offset = 0;  // from the header; of an absolute symbol its value; of a re-export the library's ordinal
};

// Calls visit(name, flags) for every name; the name is valid during the call only.
std::optional<Error> read_export_trie(Bytes trie, const std::function<void(std::string_view, uint64_t)>& visit);

// `exports` have distinct names; the result does not depend on their order.
std::vector<uint8_t> build_export_trie(std::vector<Export> exports);

}  // namespace xld::macho
