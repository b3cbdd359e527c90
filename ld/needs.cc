// The decision table relocation × target -> needs. See needs.h.
#include "ld/needs.h"

#include <algorithm>
#include <fmt/core.h>

#include "ld/messages.h"
#include "ld/relocate.h"
#include "ld/runtime_slots.h"

namespace xld {

struct NeedsRecorder::Site {
  AtomId id;
  const InputFile& file;
  const Atom& atom;
  const Reloc& reloc;
  TargetFacts target;
  uint32_t worker = 0;
};

size_t NeedsRecorder::record_need(AtomId id, const InputFile& file, const Atom& atom, std::span<const Reloc> relocs,
                                  uint32_t worker) {
  const Site site{id, file, atom, relocs[0], facts_of(link_, relocs[0]), worker};
  // What is undefined may be tolerated, so it has needs as well.
  const bool is_missing =
      site.target.is_undefined || (site.target.is_nowhere && link_.options().unresolved == UnresolvedPolicy::Warn);
  if (is_missing && !site.target.is_weak_undefined) note_undefined(site, worker);
  if (site.target.is_imported || site.target.is_pointer_word)
    link_.symbols.add_flags(site.target.symbol, symbol_flag::kUsed);
  if (names_slot(link_, relocs[0]) && atom.has(atom_flag::kAllocated)) return record_slot_use(site, relocs);
  if (relocs[0].hints & (hint::kIsTlsSequence | hint::kIsTlsMarker)) return record_tls(site, relocs);
  if (is_part_of_sequence(relocs[0])) {
    report(site,
           "it is for an instruction of a thread-local access in the form of Sun's assembler, but does not follow the "
           "relocation of that access (R_386_TLS_GD_32, R_386_TLS_LDM_32)");
    return 1;
  }
  if (relocs[0].target_kind == TargetKind::Discarded && !atom.has(atom_flag::kUnwind)) {
    report_discarded(link_, file, atom, relocs[0]);
    return 1;
  }
  if (is_thread_mismatch(atom, relocs[0], site.target)) {
    const Claim claim = link_.symbols.claim(site.target.symbol);
    report(site, fmt::format("is for an ordinary variable, but {} defines a thread-local one (declare it __thread or "
                             "thread_local everywhere)",
                             link_.inputs.file(claim.file()).display_name()));
    return 1;
  }
  record_plain(site);
  return 1;
}

void NeedsRecorder::record_plain(const Site& site) {
  switch (site.reloc.want) {
    case Want::Address:
    case Want::Size:
      return record_address(site);
    case Want::Stub:
      if (site.target.is_resolver) need(site, symbol_flag::kNeedsStub);
      return record_address(site);
    case Want::GotSlot:
      return record_slot(site);
    case Want::GotBase:
      uses_got_base_.store(true, std::memory_order_relaxed);
      return;
    case Want::TlsOffset:
    case Want::TlsNegatedOffset:
    case Want::TlsBlockOffset:
      if (!is_fixed_offset(site)) return;
      if (!site.target.is_thread_local && !site.target.is_undefined && !site.target.is_weak_undefined &&
          site.reloc.target_kind != TargetKind::Absolute)
        report(site,
               "this code takes it for a thread-local (TLS) variable, but it is an ordinary one; declare it alike in "
               "both files");
      return;
    case Want::TlsOffsetSlot:
      if (!may_hold_slot_address(site)) return;
      return need(site, symbol_flag::kNeedsTlsOffset);
    case Want::TlsPairSlot:
      return need(site, symbol_flag::kNeedsTlsPair);
    case Want::TlsDescSlot:
      return need(site, symbol_flag::kNeedsTlsDescriptor);
    case Want::TlsModuleSlot:
      needs_tls_module_.store(true, std::memory_order_relaxed);
      return;
    case Want::TlsNegatedOffsetSlot:
      return report(site, "needs a kind of slot that this output cannot have; recompile with another -ftls-model");
    case Want::None:
      return;
  }
}

const char* NeedsRecorder::reason_against(const Site& site) {
  if (site.target.is_out_of_reach)
    return "another module may define the symbol, and the distance to there is known to the loader only";
  if (site.reloc.from == From::Place)
    return "it cannot refer to an absolute symbol: the distance to a number depends on where the output is loaded";
  return "it writes an address narrower than a pointer into an output that may be loaded anywhere";
}

void NeedsRecorder::record_address(const Site& site) {
  const Reloc& reloc = site.reloc;
  if (reloc.from == From::GotBase) uses_got_base_.store(true, std::memory_order_relaxed);
  if (site.target.is_resolver && reloc.want == Want::Address)
    need(site, symbol_flag::kAddressTaken | symbol_flag::kNeedsStub);
  switch (const AddressForm form = address_form(link_, site.atom, reloc, site.target)) {
    case AddressForm::Known:
    case AddressForm::Zero:
      return;
    case AddressForm::Relative:
    case AddressForm::Symbolic:
    case AddressForm::Distance:
    case AddressForm::Size:
      return count_fixup(site, form);
    case AddressForm::Stub:
      return need(site, symbol_flag::kNeedsStub);
    case AddressForm::CanonicalStub:
      return need(site, symbol_flag::kAddressTaken | symbol_flag::kNeedsStub);
    case AddressForm::Copy:
      return record_copy(site);
    case AddressForm::ReadOnly:
      return report_not_pic(link_, site.file, site.atom, reloc,
                            "it needs a load-time fixup in a read-only section of an output that may be loaded "
                            "anywhere");
    case AddressForm::NotMovable:
      return report_not_pic(link_, site.file, site.atom, reloc, reason_against(site));
  }
}

void NeedsRecorder::count_fixup(const Site& site, AddressForm form) {
  FixupCount& count = link_.fixup_counts[site.id.value];
  count.all++;
  if (form != AddressForm::Relative) {
    count.symbolic++;
    if (form != AddressForm::Size && may_be_placed_here(site))
      import_words_[site.worker].push_back({site.id, site.target.symbol});
  } else if (is_packed(link_, site.atom, site.reloc)) {
    count.packed++;
    packed_places_[site.worker].push_back({site.id, site.reloc.offset});
  }
  if (!site.atom.has(atom_flag::kWritable)) has_text_fixups_.store(true, std::memory_order_relaxed);
}

bool NeedsRecorder::may_be_placed_here(const Site& site) const {
  return link_.format->has_copies && !is_position_independent(link_.target().output) && site.target.is_imported &&
         site.reloc.from == From::Nothing;
}

// As with GNU ld. Whether some code needs a copy or a stub for the address is known only now.
void NeedsRecorder::settle_words() {
  constexpr uint32_t kStub = symbol_flag::kAddressTaken | symbol_flag::kNeedsStub;
  for (const auto& words : import_words_) {
    for (const ImportWord& word : words) {
      const uint32_t flags = link_.symbols.flags(word.symbol);
      if (!(flags & symbol_flag::kCopied) && (flags & kStub) != kStub) continue;
      link_.symbols.add_flags(word.symbol, symbol_flag::kPlacedHere);
      FixupCount& count = link_.fixup_counts[word.atom.value];
      count.all--;
      count.symbolic--;
    }
  }
}

void NeedsRecorder::record_copy(const Site& site) {
  if (!link_.format->has_copies) return report_needs_slot(link_, site.file, site.atom, site.reloc);
  if (!link_.copy_ban.empty())
    return report_reloc(link_, site.file, site.atom, site.reloc,
                        fmt::format("needs a copy of a shared library's variable, which {} forbids; recompile with "
                                    "-fPIC, or with -fPIE -mno-direct-extern-access",
                                    link_.copy_ban));
  link_.symbols.add_flags(site.target.symbol, symbol_flag::kCopied);
}

// A library may be loaded when there is no room left beside the thread pointer, and another module's variables have
// offsets the loader gives them.
bool NeedsRecorder::is_fixed_offset(const Site& site) const {
  if (!site.atom.has(atom_flag::kAllocated)) return true;
  if (site.target.is_nowhere && link_.target().output != OutputKind::SharedLibrary) return true;  // never executed
  // Who compiles with the local-dynamic model says that the variable is this module's, whatever its visibility.
  if (site.reloc.want == Want::TlsBlockOffset && !site.target.is_imported) return true;
  if (!site.target.is_out_of_reach && link_.target().output != OutputKind::SharedLibrary) return true;
  report_not_pic(link_, site.file, site.atom, site.reloc,
                 site.target.is_out_of_reach
                     ? "it is a local access (-ftls-model=local-exec or local-dynamic) to a thread-local variable that "
                       "another module may define"
                     : "it is a local-exec access to a thread-local variable, which only an executable can have");
  return false;
}

void NeedsRecorder::record_slot(const Site& site) {
  if (site.reloc.from == From::GotBase) uses_got_base_.store(true, std::memory_order_relaxed);
  const GotLoadForm form = got_load_form(link_, site.atom, site.reloc, site.target);
  if (form == GotLoadForm::Keep && !may_hold_slot_address(site)) return;
  if (form == GotLoadForm::Keep || link_.keeps_shortened_slots) return need(site, symbol_flag::kNeedsGot);
}

// Code that names a slot by its address, where position-independent code has a register.
bool NeedsRecorder::may_hold_slot_address(const Site& site) const {
  if (site.reloc.from != From::Nothing || !link_.arch->stubs_need_got_base) return true;
  if (!is_position_independent(link_.target().output) || !site.atom.has(atom_flag::kAllocated)) return true;
  report_not_pic(link_, site.file, site.atom, site.reloc,
                 "it holds the address of a GOT slot, and the output may be loaded anywhere");
  return false;
}

size_t NeedsRecorder::record_tls(const Site& site, std::span<const Reloc> relocs) {
  const auto sequence = recognise_tls(link_.target().cpu, site.atom.bytes(), relocs, tls_facts(link_, site.target));
  if (!sequence) {
    report(site, sequence.error().message);
    return 1;
  }
  if (!sequence->is_rewritten) {
    record_plain(site);
    return 1;
  }
  if (sequence->model == TlsModel::InitialExec) need(site, symbol_flag::kNeedsTlsOffset);
  return sequence->relocations_consumed;
}

// A runtime slot needs nothing of the linker. What its place is depends on the instruction, which is judged when it is
// rewritten; a sequence for thread-local variables has to be one that can become an offset.
size_t NeedsRecorder::record_slot_use(const Site& site, std::span<const Reloc> relocs) {
  const Reloc& reloc = site.reloc;
  if (reloc.want == Want::TlsModuleSlot) return record_tls(site, relocs);  // of the module, whose variable ever
  if (reloc.want == Want::TlsBlockOffset && link_.target().output == OutputKind::SharedLibrary)
    report(site, "a runtime slot is not in the block of a module's thread-local variables");
  if (!(reloc.hints & (hint::kIsTlsSequence | hint::kIsTlsMarker))) {
    if (link_.options().indirect_slots) record_detour(site);
    return 1;
  }
  const SlotPlace place = place_of_slot(link_, 0);
  const auto sequence = recognise_tls(link_.target().cpu, site.atom.bytes(), relocs, kSlotFacts);
  if (!sequence) {
    report(site, sequence.error().message);
  } else if (!sequence->is_rewritten || !place.is_usual(instruction_mode(link_))) {
    report(site,
           "this access to a runtime slot loads its offset first, and what is accessed with it cannot be moved to "
           "this target's thread register; write %fs:NAME or %gs:NAME");
  } else {
    return sequence->relocations_consumed;
  }
  return 1;
}

void NeedsRecorder::record_detour(const Site& site) {
  if (!site.atom.has(atom_flag::kExecutable)) return;
  x86::InstructionFinder finder(site.atom.bytes(), instruction_mode(link_), link_.code_starts.of(link_, site.atom));
  const SlotField field = slot_field(site.reloc, 0);
  const auto displacement = static_cast<int64_t>(link_.symbols.value(site.target.symbol));
  if (takes_detour(finder, field)) slot_detours_[site.worker].push_back({site.id, field, displacement});
}

void NeedsRecorder::need(const Site& site, uint32_t flags) {
  if (site.target.symbol.is_valid()) return link_.symbols.add_flags(site.target.symbol, flags);
  if (site.target.is_resolver) flags |= symbol_flag::kResolver;
  link_.local_needs.add({{}, site.file.id, site.reloc.raw_symbol, site.target.atom, site.target.value}, flags);
}

void NeedsRecorder::note_undefined(const Site& site, uint32_t worker) {
  undefined_[worker].push_back({site.target.symbol, site.id, site.reloc.offset});
}

void NeedsRecorder::report(const Site& site, const std::string& what) const {
  report_reloc(link_, site.file, site.atom, site.reloc, what);
}

std::vector<UndefinedReference> NeedsRecorder::take_undefined() {
  std::vector<UndefinedReference> all;
  for (auto& list : undefined_) all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<PackedPlace> NeedsRecorder::take_packed_places() {
  std::vector<PackedPlace> all;
  for (auto& list : packed_places_) all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<SlotDetour> NeedsRecorder::take_slot_detours() {
  std::vector<SlotDetour> all;
  for (auto& list : slot_detours_) all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace xld
