// See symbols.h. The export trie is described in <mach-o/loader.h>: nodes of a terminal part and of edges.
#include "tests/macho_run/symbols.h"

#include "tests/macho_run/leb128.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

enum ExportFlag : uint64_t {
  kKindMask = 3,
  kKindAbsolute = 2,
  kExportWeak = 4,
  kExportReexport = 8,
  kExportStubAndResolver = 16,
};

constexpr int kMaximumDepth = 64;  // of re-exports that lead to each other

std::optional<Definition> find_export_at(const Image& image, std::string_view name, int depth);

// The node that a name leads to; nothing if the trie does not have it.
std::optional<Bytes> find_terminal(const Image& image, std::string_view name) {
  const Bytes trie = image.file.exports;
  size_t node = 0;
  // Each edge takes a byte of the name or ends the walk after as many empty edges as the trie has bytes.
  for (size_t steps = 0; steps <= trie.size(); steps++) {
    Cursor cursor(image.path(), "export trie", trie, node);
    const uint64_t terminal_size = cursor.uleb();
    const Bytes terminal = cursor.bytes(terminal_size);
    if (name.empty()) return terminal.empty() ? std::nullopt : std::optional(terminal);
    bool has_edge = false;
    const uint8_t edges = cursor.byte();
    for (uint8_t i = 0; i < edges && !has_edge; i++) {
      const std::string_view edge = cursor.string();
      const uint64_t child = cursor.uleb();
      if (!name.starts_with(edge)) continue;
      name.remove_prefix(edge.size());
      node = child;
      has_edge = true;
    }
    if (!has_edge) return std::nullopt;
  }
  fail("%s: the export trie goes in circles", image.path());
}

std::optional<Definition> follow_library(const Image& image, int ordinal, std::string_view name, int depth) {
  if (ordinal == kSelf) return find_export_at(image, name, depth);
  if (ordinal < 0 || static_cast<size_t>(ordinal) > image.libraries.size()) {
    fail("%s: %.*s comes from library %d of %zu", image.path(), static_cast<int>(name.size()), name.data(), ordinal,
         image.libraries.size());
  }
  const Library& library = image.libraries[static_cast<size_t>(ordinal) - 1];
  if (library.image) return find_export_at(*library.image, name, depth);
  if (!library.is_host) return std::nullopt;
  const auto address = find_host_symbol(name);
  return address ? std::optional(Definition{*address, false, nullptr}) : std::nullopt;
}

std::optional<Definition> read_terminal(const Image& image, std::string_view name, Bytes terminal, int depth) {
  Cursor cursor(image.path(), "export trie", terminal, 0);
  const uint64_t flags = cursor.uleb();
  if (flags & kExportReexport) {
    const auto ordinal = static_cast<int>(cursor.uleb());
    const std::string_view other = cursor.string();
    return follow_library(image, ordinal, other.empty() ? name : other, depth + 1);
  }
  Word address = static_cast<Word>(cursor.uleb());
  if ((flags & kKindMask) != kKindAbsolute) address += image.header();
  if (flags & kExportStubAndResolver)
    address = macho_call(image.header() + static_cast<Word>(cursor.uleb()), 0, 0, 0, 0, 0);
  return Definition{address, (flags & kExportWeak) != 0, &image};
}

std::optional<Definition> find_in_symbol_table(const Image& image, std::string_view name) {
  for (const Symbol& symbol : image.file.symbols) {
    if (!symbol.is_defined() || !symbol.is_external() || (symbol.type & 0x10) || symbol.name != name) continue;
    const Word slide = symbol.kind() == kAbsoluteType ? 0 : image.slide;
    return Definition{symbol.value + slide, symbol.is_weak_definition(), &image};
  }
  return std::nullopt;
}

std::optional<Definition> find_export_at(const Image& image, std::string_view name, int depth) {
  if (depth > kMaximumDepth) fail("%s: re-exports go in circles", image.path());
  if (!image.file.exports.empty()) {
    if (const auto terminal = find_terminal(image, name)) return read_terminal(image, name, *terminal, depth);
  } else if (image.file.is_classic()) {
    if (const auto found = find_in_symbol_table(image, name)) return found;
  }
  for (const Library& library : image.libraries) {
    if (!library.is_reexported || !library.image) continue;
    if (const auto found = find_export_at(*library.image, name, depth + 1)) return found;
  }
  return std::nullopt;
}

// Names that the loader must answer itself, whatever the library.
std::optional<Definition> find_special(std::string_view name) {
  if (name == "dyld_stub_binder") return Definition{reinterpret_cast<Word>(&macho_stub_binder), false, nullptr};
  if (name == "__tlv_bootstrap") return Definition{reinterpret_cast<Word>(&macho_tlv_thunk), false, nullptr};
  return std::nullopt;
}

std::optional<Definition> find_by_ordinal(const Image& image, int ordinal, std::string_view name) {
  if (const auto special = find_special(name)) return special;
  switch (ordinal) {
    case kFlat:
      return find_flat(name);
    case kWeak:
      return find_coalesced(name);
    case kMainExecutable:
      return find_export(process().executable(), name);
    default:
      return follow_library(image, ordinal, name, 0);
  }
}

}  // namespace

std::optional<Definition> find_export(const Image& image, std::string_view name) {
  return find_export_at(image, name, 0);
}

std::optional<Definition> find_flat(std::string_view name) {
  for (const auto& image : process().images) {
    if (const auto found = find_export(*image, name)) return found;
  }
  const auto address = find_host_symbol(name);
  return address ? std::optional(Definition{*address, false, nullptr}) : std::nullopt;
}

std::optional<Definition> find_coalesced(std::string_view name) {
  std::optional<Definition> first_weak;
  for (const auto& image : process().images) {
    const auto found = find_export(*image, name);
    if (!found || !found->image) continue;
    if (!found->is_weak) return found;
    if (!first_weak) first_weak = found;
  }
  if (first_weak) return first_weak;
  const auto address = find_host_symbol(name);
  return address ? std::optional(Definition{*address, false, nullptr}) : std::nullopt;
}

Word resolve_import(const Image& image, int ordinal, std::string_view name, bool is_weak_import) {
  const auto found = find_by_ordinal(image, ordinal, name);
  if (found) return found->address;
  if (is_weak_import) return 0;
  if (process().options.allows_missing) {
    const std::string& kept = *new std::string(name);  // named by code that stays
    return make_missing_stub(kept.c_str());
  }
  fail("%s: symbol %.*s (library %d) is not found", image.path(), static_cast<int>(name.size()), name.data(), ordinal);
}

}  // namespace macho_run
