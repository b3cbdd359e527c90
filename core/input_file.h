// InputFile: one object that takes part in the link, and what its format's reader found in it.
//
// Ownership: the session's arenas own everything a span points to; the mapped bytes belong to the FileSystem. A file is
// written by the one task that reads it and is constant afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/options.h"
#include "core/symbol_table.h"

namespace xld {

// One global entry of a file's symbol table, between reading and interning.
struct Occurrence {
  const char* name = nullptr;
  uint64_t hash = 0;
  uint32_t length = 0;
  uint32_t section = 0;                       // raw index of the section it is defined in, if that can lose (groups)
  ClaimClass claim_class = ClaimClass::None;  // None: a reference
  bool is_weak_reference = false;
  uint16_t symbol_flags = 0;  // symbol_flag bits every occurrence contributes (visibility)
};

// Sections that come or go together: of all files that offer a group of one name, the first provides it.
struct InputGroup {
  std::string_view name;         // interned if `global` is not set
  uint32_t global = UINT32_MAX;  // index in InputFile::globals of the signature
  SymbolId key;                  // set by resolution
  Bytes members;                 // raw section indices, 4 bytes each
};

// A definition without a place: the largest of a name gets space in zero-filled memory.
struct CommonOffer {
  uint32_t global = 0;  // index in InputFile::globals
  uint64_t size = 0;
  uint8_t alignment_log2 = 0;
  bool is_large = false;  // beyond the reach of ordinary code
  bool is_thread_local = false;
};

// Records that live when an atom does although they stand elsewhere: its unwind entries, sections that describe it.
struct Companion {
  AtomId owner;
  AtomId atom;               // where the records stand
  uint32_t first_reloc = 0;  // the part of that atom's relocations that belongs to the owner
  uint32_t reloc_count = 0;
  bool is_whole_atom = false;  // `atom` itself becomes live, with all its relocations
};

// A library or framework that a file asks for, whatever the command line says.
struct InputRequest {
  InputKind kind = InputKind::Library;
  std::string_view name;
  LibraryUse use = LibraryUse::Normal;
  bool hides_definitions = false;
  bool is_specifier =
      false;  // the programmer's own words: it may be a file's name or path as well, and has to be there
};

// Of a library that stands for one that is not there: what an imported name is called here and there.
struct ImportName {
  std::string_view local, remote;
};

// What a file says in a note: that a name means one of the target's runtime slots.
struct SlotRequest {
  std::string_view name;
  uint32_t index = 0;  // of the slot; as it is in the file
};

// Whether a file holds a compiler's intermediate code, to be compiled when the program is linked.
enum class IrContent : uint8_t { None, Beside, Only };

struct InputFile {
  FileId id;
  std::string path;                // as given or found
  std::string member;              // name in the archive `path`, or empty
  std::string_view taken_by = {};  // the option for which the member takes part, wanted or not
  Bytes bytes;
  uint32_t source = 0;  // which of the opened files (ld/inputs.h) holds the bytes
  IrContent ir = IrContent::None;
  bool is_read = false;                  // the names below are known
  bool is_claimed = false;               // by a plugin, from which they come; such a file is gone before atoms are made
  bool is_foreign = false;               // not in the link's format: translated before it is read
  std::span<std::string_view> problems;  // what could not be translated; reported if the file takes part

  std::span<Occurrence> occurrences;  // dropped after interning
  std::span<SymbolId> globals;        // by raw symbol index - first_global
  uint32_t first_global = 0;
  std::span<InputGroup> groups;
  std::span<CommonOffer> commons;
  std::span<const InputRequest> requests;
  std::span<SlotRequest> slot_requests;
  std::span<uint8_t> is_lost;  // by raw section: another file provides its group; empty: none is
  uint32_t raw_section_count = 0;
  std::span<const Bytes> import_records;  // sections that ask for imports (dynimport/import_request.h)

  AtomId first_atom;
  uint32_t atom_capacity = 0;             // ids reserved
  uint32_t atom_count = 0;                // ids used
  std::span<const Companion> companions;  // ascending by owner; those without one stand last

  // A shared library: its definitions are claims of the class Outside, and it has no atoms.
  bool is_library = false;
  bool is_needed = false;        // the output names it to the loader; --as-needed decides at the end of the walk
  std::string_view loader_name;  // what the loader is to look for
  LibraryUse use = LibraryUse::Normal;
  bool hides_definitions = false;  // whatever visibility they have
  std::span<const ImportName>
      import_names;  // of a list of imports, by raw symbol - first_global; its symbols are these

  std::span<const uint64_t> symbol_addresses;  // by raw symbol; for the format's PlainPath only

  void* format_data = nullptr;  // the reader's own; only its format looks through it

  // "libc.a(printf.o)" or "main.o": how messages name the file.
  std::string display_name() const { return member.empty() ? path : path + "(" + member + ")"; }
};

// All files of the link. `by_id` has a place for every object on the command line and every member its archives could
// contribute; `files` lists those that take part, in id order.
struct Inputs {
  std::vector<InputFile*> by_id;
  std::vector<InputFile*> files;
  std::vector<InputFile*> libraries;  // shared libraries, in id order; not among `files`

  const InputFile& file(FileId id) const { return *by_id[id.value]; }
};

}  // namespace xld
