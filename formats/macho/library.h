// What a dynamic library offers: read from the library itself (dylib.cc) or from its textual stub (tbd.cc).
//
// Names that begin with `$ld$` are instructions of the library to the linker; apply_linker_symbols() follows them once
// the oldest system of the output is known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"
#include "dynimport/stub_library.h"
#include "formats/macho/platforms.h"

namespace xld::macho {

// Packed as in load commands: xxxx.yy.zz.
inline constexpr uint32_t kVersionOne = 1 << 16;

struct LibrarySymbol {
  std::string_view name;
  bool is_weak = false;  // a weak definition: others may override it
  bool is_thread_local = false;
};

struct LibraryText {
  std::string_view install_name;
  uint32_t current_version = kVersionOne, compatibility_version = kVersionOne;
  std::string_view parent_umbrella;
  std::vector<std::string_view> allowable_clients;  // empty: everybody
  std::vector<std::string_view> reexports;          // install names of libraries it passes on
  std::vector<std::string_view> needed;             // and of those that it needs itself
  bool is_host = false;                             // a program, or a bundle: it has no name
  std::vector<std::string_view> runtime_paths;      // where its loader looks for @rpath
  std::vector<LibrarySymbol> symbols;
  std::vector<std::string_view> undefined;  // what it needs itself
  uint32_t platforms = 0;                   // platform_bit() of each that it says it is for; 0: it does not say
  uint32_t minimum_os = 0;
  bool is_two_level = true;
  bool is_extension_safe = true;
  bool may_be_dropped = false;  // a program that does not use it need not load it
  bool knows_variables = true;  // which symbols are thread-local variables; symbol tables do not say it
};

// X[.Y[.Z]] as xxxx.yy.zz; nothing if the text is none.
std::optional<uint32_t> parse_packed_version(std::string_view text);

// ---- textual stubs, .tbd versions 1 to 5

bool is_text_stub(Bytes bytes);

// A stub may hold several libraries: the first is the one meant, the others those it re-exports. Strings are kept in
// `arena`. Nothing that is not for `cpu` and the platform is in the result; if the first library is not, that is an
// error.
Result<std::vector<LibraryText>> parse_text_stub(Bytes bytes, Cpu cpu, Arena& arena,
                                                 uint32_t platform = kPlatformMacos);

// Format::make_stub_library: version 4.
std::string make_stub_library(const Target& target, const StubLibrary& library);

// ---- libraries (MH_DYLIB, MH_DYLIB_STUB), bundles' hosts (MH_EXECUTE)

// Strings of the result point into `bytes` or are kept in `arena`.
Result<LibraryText> read_dynamic_library(Bytes bytes, Cpu cpu, Arena& arena);

// ---- `$ld$` symbols

// $ld$hide, $ld$add, $ld$install_name for the output's oldest system `minimum_os`, and $ld$previous, which
// splits a library in several: the result has one entry per install name, the main one first. `problems` gets
// "(install name): what" for each symbol that says no version where it should.
std::vector<LibraryText> apply_linker_symbols(LibraryText library, uint32_t platform, uint32_t minimum_os,
                                              std::vector<std::string>& problems);

}  // namespace xld::macho
