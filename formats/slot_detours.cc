// See slot_detours.h.
#include "formats/slot_detours.h"

#include "core/target_table.h"

namespace xld {

SlotPlace place_of_slot(const Link& link, int64_t displacement) {
  const TargetRow& row = *link.target().row;
  const bool is_gs = row.thread_register == ThreadRegister::Gs || link.options().thread_segment == ThreadSegment::Gs;
  return {.displacement = displacement,
          .size = link.target().word_size,
          .segment_prefix = is_gs ? x86::kGsPrefix : x86::kFsPrefix,
          .has_thread_pointer = row.tls_variant == TlsVariant::BelowThreadPointer,
          .has_fixed_address = !is_position_independent(link.target().output)};
}

x86::Mode instruction_mode(const Link& link) {
  return link.target().word_size == 8 ? x86::Mode::Bits64 : x86::Mode::Bits32;
}

void SlotDetoursChunk::write(MutableBytes out) const {
  for (size_t i = 0; i < link_.slot_detours.size(); i++) {
    const SlotDetour& detour = link_.slot_detours[i];
    const Atom& atom = link_.atom(detour.atom);
    x86::InstructionFinder finder(atom.bytes(), instruction_mode(link_), link_.code_starts.of(link_, atom));
    SlotField field = detour.field;
    field.place = atom.address + field.offset;
    SlotPlace place = place_of_slot(link_, detour.displacement);
    place.detour = address_of(i);
    // What cannot be reached so is an error where the access is rewritten.
    static_cast<void>(write_slot_detour(finder, field, place, out.subspan(i * kDetourSize, kDetourSize)));
  }
}

}  // namespace xld
