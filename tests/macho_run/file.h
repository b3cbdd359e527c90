// A Mach-O file as the loader reads it: its load commands decoded and bounds-checked, nothing mapped yet.
//
// Addresses are as the file has them; image.h adds the slide. Reading ends the program (report.h) at the first thing
// that a kernel or dyld would refuse: a segment outside the file, a command that is cut off, a table outside
// __LINKEDIT, two kinds of fixups, or a command that must be understood and is not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "tests/macho_run/macho.h"

namespace macho_run {

using xld::Bytes;

struct Section {
  std::string segment, name;
  Word address, size;
  uint32_t alignment, flags, reserved1, reserved2;

  uint8_t type() const { return static_cast<uint8_t>(flags); }
  bool has_instructions() const { return (flags & kHasInstructions) != 0; }
  bool is_self_modifying() const { return (flags & kSelfModifying) != 0; }
};

struct Segment {
  std::string name;
  Word address, memory_size, file_offset, file_size;
  uint32_t initial_protection, flags;
  std::vector<Section> sections;

  bool contains(Word start, Word size) const {
    return start >= address && start - address <= memory_size && size <= memory_size - (start - address);
  }
  bool is_writable() const { return (initial_protection & 2) != 0; }
};

struct LibraryReference {
  std::string name;
  bool is_weak, is_reexported;
};

struct Symbol {
  std::string_view name;
  uint8_t type;
  uint16_t description;
  Word value;

  bool is_stab() const { return (type & kStabMask) != 0; }
  bool is_external() const { return (type & kExternal) != 0; }
  uint8_t kind() const { return type & kTypeMask; }
  bool is_defined() const { return !is_stab() && kind() != kUndefinedType; }
  bool is_weak_definition() const { return (description & kWeakDefinition) != 0; }
  bool is_weak_reference() const { return (description & kWeakReference) != 0; }
  // In the form of the binding opcodes.
  int ordinal() const;
};

struct MachoFile {
  std::string path;
  std::vector<uint8_t> contents;
  Bytes bytes;  // the slice of this CPU

  uint32_t file_type = 0, flags = 0;
  std::vector<Segment> segments;
  std::vector<LibraryReference> libraries;
  std::vector<std::string> rpaths;
  std::string install_name;
  bool needs_dyld = false;
  std::optional<uint64_t> main_offset;  // LC_MAIN
  std::optional<Word> thread_entry;     // LC_UNIXTHREAD: the program counter
  Word thread_stack = 0;                //   and the stack pointer
  std::optional<Word> initialiser;      // LC_ROUTINES
  std::vector<Symbol> symbols;
  std::vector<uint32_t> indirect_symbols;
  Bytes rebase, bind, weak_bind, lazy_bind, exports, chained_fixups, external_relocations, local_relocations;
  bool has_dyld_info = false, has_chained_fixups = false;

  bool is_pie() const { return file_type != kExecute || (flags & kPie) != 0; }
  bool is_classic() const { return !has_dyld_info && !has_chained_fixups; }
  const Segment* segment_at(Word address, Word size) const;
  const Segment* find_segment(std::string_view name) const;
  const Section* find_section(std::string_view segment, std::string_view name) const;
  Word lowest_address() const;  // of what is mapped: __PAGEZERO is not
  Word highest_address() const;
  // Where the file's first byte is mapped: offsets "from the header" count from here.
  Word header_address() const;
};

MachoFile read_macho_file(const std::string& path);

}  // namespace macho_run
