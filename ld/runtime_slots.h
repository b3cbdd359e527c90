// Runtime slots by name: --tls-slot and notes of objects make names mean the target's two words beside the thread
// register. What becomes of the instructions that use them is in tlsrewrite/slot_access.h and raw_slots.h.
#pragma once

#include "core/glob.h"
#include "formats/format.h"
#include "formats/slot_detours.h"
#include "tlsrewrite/raw_slots.h"
#include "tlsrewrite/tlsrewrite.h"

namespace xld {

// Defines the names that options ask for, and those of a file that takes part. One thread.
void define_requested_slots(Link& link);
void define_slots_of(Link& link, const InputFile& file);

// Reports requests that cannot be met or contradict each other, when all files are known.
void check_slot_requests(Link& link);

// --tls-raw: accesses without names, in the files that were asked for.
class RawSlots {
 public:
  explicit RawSlots(Link& link);

  bool applies_to(const InputFile& file) const;
  bool applies_to(const Atom& atom) const;
  // Changes a relocated copy of the atom. What is not certain is an error.
  void move(const Atom& atom, MutableBytes out, AccessLog* log) const;

 private:
  std::vector<FieldRange> relocated_fields(const Atom& atom) const;
  void report(const Atom& atom, uint64_t offset, std::string_view what) const;

  Link& link_;
  std::vector<Glob> files_;
};

// A relocated field that names a slot, at its address in the output.
SlotField slot_field(const Reloc& reloc, uint64_t place);

// Where the detour of an access stands; 0: it takes none.
uint64_t detour_address(const Link& link, const SlotDetour& access);

constexpr bool is_thread_offset(Want want) {
  return want == Want::TlsOffset || want == Want::TlsNegatedOffset || want == Want::TlsBlockOffset;
}

inline bool names_slot(const Link& link, const Reloc& reloc) {
  return reloc.target_kind == TargetKind::Symbol && link.is_runtime_slot(reloc.symbol());
}

// The same models in all kinds of output: the offset is a constant wherever the code is.
inline constexpr TlsFacts kSlotFacts = {.is_executable = true, .is_preemptible = false, .may_relax = true};

}  // namespace xld
