// Names: what an image exports, what a name means to an image that imports it, and which weak definition counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/macho_run/image.h"

namespace macho_run {

struct Definition {
  Word address;
  bool is_weak;
  const Image* image;  // nothing: of the host
};

// By the export trie, or by the symbol table where there is none; re-exports are followed.
std::optional<Definition> find_export(const Image& image, std::string_view name);
// In the order of loading, then in the host.
std::optional<Definition> find_flat(std::string_view name);
// What all images agree on: the first definition that is not weak, else the first one.
std::optional<Definition> find_coalesced(std::string_view name);

// The address an import gets. A weak import may be absent (0); anything else that is not found ends the program.
Word resolve_import(const Image& image, int ordinal, std::string_view name, bool is_weak_import);

// host.cc: a name (with the underscore) in the host's libraries, after the shims.
std::optional<Word> find_host_symbol(std::string_view name);

}  // namespace macho_run
