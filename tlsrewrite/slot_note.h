// The note by which an object says that a name means one of the target's runtime slots: the same as --tls-slot.
//
// Notes as in gABI "Note Section", 4-byte words, owner "xld". Type 1: a word, the index of the slot, and then the name
// with a terminating zero. `include/xld/slots.h` makes them in C and assembler. docs/targets.md.
#pragma once

#include <optional>
#include <vector>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/input_file.h"
#include "core/result.h"

namespace xld {

inline constexpr std::string_view kNoteOwner = "xld";
inline constexpr uint32_t kSlotNoteType = 1;

// The requests of a section of notes, pointing into it. Notes of other owners and types are passed over.
Result<std::vector<SlotRequest>> read_slot_notes(Bytes section);

// Such a note.
std::vector<uint8_t> make_slot_note(const SlotRequest& request);

// Adds them to those of the file.
std::optional<Error> take_slot_notes(Bytes section, Arena& arena, InputFile& file);

}  // namespace xld
