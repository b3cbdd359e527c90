// What the objects say about unwinding: entries of __LD,__compact_unwind, and the records of __TEXT,__eh_frame for
// functions that the former cannot describe. <mach-o/compact_unwind_encoding.h>.
#pragma once

#include <cstdint>

#include "formats/eh_frame.h"
#include "formats/macho/object.h"

namespace xld::macho {

inline constexpr uint32_t kNoFrame = UINT32_MAX;

inline bool is_compact_unwind(const InputSection& section) {
  return section.name == "__compact_unwind";
}
inline bool is_eh_frame(const InputSection& section) {
  return section.name == "__eh_frame" && section.segment == "__TEXT";
}

// Records that are read, and of which the linker makes its own.
inline bool is_unwind(const InputSection& section) {
  return is_compact_unwind(section) || is_eh_frame(section);
}

// False: the section is one piece, whatever symbols stand in it.
inline bool is_cut(const InputSection& section) {
  return literal_size(section) == 0 && !is_unwind(section);
}

// One function, or a part of one.
struct UnwindEntry {
  AtomId function;
  uint32_t offset = 0;  // in the atom
  uint32_t length = 0;
  uint32_t encoding = 0;                  // as in the object: without bits for personality and LSDA
  SymbolId personality;                   // a global name, or
  uint32_t personality_raw = UINT32_MAX;  // a local one
  AtomId lsda;
  uint32_t lsda_offset = 0;
  uint32_t frame = kNoFrame;        // index in MachoObject::frames of its FDE
  uint32_t spare_frame = kNoFrame;  // the FDE that says the same as `encoding`, which was made from it

  bool has_personality() const { return personality.is_valid() || personality_raw != UINT32_MAX; }
};

// An FDE, its CIE, and where their fields are; in the __eh_frame of the file.
struct Frame {
  EhRecord fde, cie;
  CieFacts cie_facts;
  FdeFacts fde_facts;
};

// The bits of `encoding` that say how, and their value if an FDE does.
constexpr uint32_t kUnwindModeMask = 0x0f000000;
constexpr uint32_t dwarf_mode(Cpu cpu) {
  return cpu == Cpu::Arm64 ? 0x03000000 : 0x04000000;
}

// Fills MachoObject::unwind and frames, and the file's companions: what a function needs to be unwound lives with it.
// The atoms of the file and their relocations are known.
void read_unwind(Link& link, InputFile& file, Arena& arena);

}  // namespace xld::macho
