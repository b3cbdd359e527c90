// Atom: the unit that lives, dies and moves whole: an ELF section or a Mach-O subsection.
//
// Atoms of all files stand in one array. Those of one file are neighbours, in the file's order; a file reserves ids for
// all it might contribute when it is read and uses the first of them, so the array may have unused tails.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/ids.h"

namespace xld {

namespace atom_flag {
inline constexpr uint32_t kAllocated = 1 << 0;  // has an address at run time
inline constexpr uint32_t kWritable = 1 << 1;
inline constexpr uint32_t kExecutable = 1 << 2;
inline constexpr uint32_t kZeroFill = 1 << 3;  // no bytes in the file
inline constexpr uint32_t kThreadLocal = 1 << 4;
inline constexpr uint32_t kRetained = 1 << 5;    // a root of liveness, whatever refers to it
inline constexpr uint32_t kUnwind = 1 << 6;      // call-frame records and their like: rewritten one by one, not copied
inline constexpr uint32_t kMerge = 1 << 7;       // fixed-size constants that may be shared
inline constexpr uint32_t kStrings = 1 << 8;     // with kMerge: terminated strings
inline constexpr uint32_t kOwnedBytes = 1 << 9;  // `data` was expanded or made by the linker
inline constexpr uint32_t kFollowsOther = 1 << 10;  // lives exactly when the atom it describes does
inline constexpr uint32_t kCompressed = 1 << 11;    // `data` must be expanded before it is read
inline constexpr uint32_t kNote = 1 << 12;
inline constexpr uint32_t kImplicitAddends = 1 << 14;  // relocation records have none: addends are in the fields
inline constexpr uint32_t kFolded = 1 << 13;           // identical to another atom and represented by it
}  // namespace atom_flag

struct Atom {
  const uint8_t* data = nullptr;    // input bytes; none for zero fill
  const uint8_t* relocs = nullptr;  // the format's own records; only the format looks at them
  uint64_t size = 0;
  uint64_t address = 0;  // offset in its output section until layout is done
  FileId file;
  uint32_t raw = 0;          // the format's own index of the section; only the format looks through it
  uint32_t reloc_count = 0;  // of raw records. Merged atoms have none and keep their input number in their pool here
  uint32_t flags = 0;        // atom_flag
  SectionId section;
  uint8_t alignment_log2 = 0;
  uint8_t entry_size = 0;  // of fixed-size constants and string characters (kMerge)
  uint16_t order = 0;      // lower first inside the output section; kMerge: index in Link::merge_pools

  bool has(uint32_t flag) const { return (flags & flag) != 0; }
  uint64_t alignment() const { return uint64_t{1} << alignment_log2; }
  Bytes bytes() const { return data ? Bytes(data, size) : Bytes(); }
};

}  // namespace xld
