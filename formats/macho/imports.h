// What the output takes from libraries: which libraries in which order, and which names from which of them.
//
// With two-level namespaces every import says where it is found, as the ordinal of a library among the load commands.
// A library's names include those of the libraries it re-exports; `$ld$` symbols may spread them over several install
// names, each of which has an ordinal of its own.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "formats/macho/library.h"

namespace xld::macho {

inline constexpr uint32_t kNoImport = UINT32_MAX;

// What read_library() found; InputFile::format_data of a library.
struct MachoLibrary {
  struct Name {
    uint32_t part = 0;  // index in `parts`
    bool is_weak = false;
    bool is_thread_local = false;
  };

  std::vector<LibraryText> parts;  // without symbols; by install name, the library's own first
  std::vector<Name> names;         // by raw symbol
  bool is_program = false;         // the host of a bundle
};

inline const MachoLibrary& library_of(const InputFile& file) {
  return *static_cast<const MachoLibrary*>(file.format_data);
}

inline bool is_import_of_variable(const Link& link, Claim claim) {
  return library_of(link.inputs.file(claim.file())).names[claim.raw_symbol()].is_thread_local;
}

// True if the library says which of its names are thread-local variables, and this is none.
inline bool is_import_of_no_variable(const Link& link, Claim claim) {
  const MachoLibrary& library = library_of(link.inputs.file(claim.file()));
  const MachoLibrary::Name& name = library.names[claim.raw_symbol()];
  return !name.is_thread_local && name.part < library.parts.size() && library.parts[name.part].knows_variables;
}

// A library the output names.
struct LoadedLibrary {
  const InputFile* file = nullptr;
  const LibraryText* part = nullptr;
  bool is_weak = false;  // all its imports are weak, or the user says so
};

struct Import {
  SymbolId symbol;
  std::string_view name;
  int ordinal = 0;                  // of the library; negative or zero: kDynamicLookup and its like
  bool is_weak_reference = false;   // may be missing
  bool is_weak_definition = false;  // the library's is one: others may override it
};

// Where the loader begins to look for a definition of our own that another image, or a tool, may replace.
int ordinal_of_own(const Link& link);

// The library's names are offered as the output's own: it was linked so, or -sub_library or -sub_umbrella names it.
bool is_passed_on(const Link& link, const InputFile& file, const LibraryText& part);

// What the output will be called in the end.
std::string_view output_name(const Options& options);

// Format::read_library, foresee_exports, bind_symbols.
void read_library(Link& link, InputFile& file, uint32_t worker);
std::vector<uint8_t> foresee_exports(Link& link);
void bind_symbols(Link& link);

// After liveness: numbers libraries and imports.
void number_imports(Link& link);

}  // namespace xld::macho
