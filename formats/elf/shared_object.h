// SharedObject: a shared library that is linked against, as its dynamic section describes it.
//
// Sources: gABI chapter 5 "Dynamic Section", "Hash Table"; LSB core "Symbol Versioning"; the GNU hash table as glibc's
// loader walks it. Tables are found through section headers where the file has them, for they say how many symbols
// there are, and else as the loader finds them, through PT_DYNAMIC. Nothing is copied: symbols, names and versions stay
// where the file is mapped, and every offset stored here was checked when the file was read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/input_file.h"
#include "core/result.h"

namespace xld::elf {

// What an index in the symbols' version table stands for.
struct LibraryVersion {
  std::string_view name;     // empty: nothing has this index
  std::string_view library;  // whose version a reference needs; empty: the version is defined here
  bool is_base = false;      // named like the library itself: symbols of it have no version
};

struct SharedObject {
  Bytes bytes;
  bool is_64_bit = false;

  std::string_view soname;            // empty: none
  std::string_view runtime_path;      // DT_RUNPATH
  std::string_view old_runtime_path;  // DT_RPATH
  std::string_view audit;             // DT_AUDIT
  std::span<const std::string_view> needed;
  uint64_t flags = 0;    // DT_FLAGS
  uint64_t flags_1 = 0;  // DT_FLAGS_1

  const uint8_t* symbols = nullptr;  // .dynsym; the first is the null symbol
  uint32_t symbol_count = 0;
  uint32_t first_global = 0;
  Bytes symbol_names;
  const uint8_t* symbol_versions = nullptr;  // 16 bits a symbol; null: there are none
  std::span<const LibraryVersion> versions;  // by index

  const uint8_t* section_headers = nullptr;
  uint32_t section_count = 0;
  const uint8_t* program_headers = nullptr;
  uint32_t segment_count = 0;
};

inline const SharedObject& library_of(const InputFile& file) {
  return *static_cast<const SharedObject*>(file.format_data);
}

// One symbol of the library, whatever the class of the file.
struct SharedSymbol {
  std::string_view name;
  std::string_view version;  // empty: none
  uint64_t value = 0, size = 0;
  uint16_t section = 0;
  uint16_t version_index = 0;
  uint8_t binding = 0, type = 0, visibility = 0;
  bool is_hidden_version = false;  // foo@V, not foo@@V: only those who name V mean this one

  bool is_defined() const { return section != 0; }
  // False for entries no other file can mean: local ones, hidden ones, names of sections and files.
  bool is_visible() const;
};

// The place of a library's variable in an executable that gets a copy of it.
struct CopySource {
  uint64_t alignment = 1;
  bool is_read_only = false;  // the library's own is not writable, or not after relocation
  bool is_zero_fill = false;
};

// The error says what is wrong where in the file, without the file's name.
Result<SharedObject> read_shared_object(Bytes bytes, Arena& arena);

// Fills `names` with the symbols from first_global on: a definition offers `name`, or `name@VERSION` if its version is
// hidden; an undefined symbol refers to `name`. An entry that is not visible becomes a weak reference to the empty
// name.
std::optional<Error> read_shared_names(const SharedObject& object, ClaimClass definition_class, Arena& arena,
                                       std::span<Occurrence> names);

// `index` is below symbol_count.
SharedSymbol shared_symbol(const SharedObject& object, uint32_t index);

CopySource copy_source(const SharedObject& object, const SharedSymbol& symbol);

}  // namespace xld::elf
