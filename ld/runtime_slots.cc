// See runtime_slots.h.
#include "ld/runtime_slots.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>

#include "arch/field.h"
#include "core/target_table.h"
#include "ld/messages.h"

namespace xld {

namespace {

constexpr FileId kLinkerFile{0u};

bool has_slots(const Link& link) {
  return link.target().row && has_runtime_slots(*link.target().row);
}

int64_t displacement_of(const Link& link, uint32_t index) {
  const TargetRow& row = *link.target().row;
  return index == 0 ? row.first_slot : row.second_slot;
}

void define_slot(Link& link, std::string_view name, uint32_t index) {
  if (!has_slots(link) || index >= kRuntimeSlotCount || !link.applies_relocs()) return;
  const SymbolId id = link.symbols.intern(name);
  link.symbols.offer(id, Claim::make(ClaimClass::Override, kLinkerFile, id.value));
  link.symbols.add_flags(
      id, symbol_flag::kDefined | symbol_flag::kLinkerMade | symbol_flag::kAbsolute | symbol_flag::kHidden);
  link.symbols.place(id, AtomId(), static_cast<uint64_t>(displacement_of(link, index)));
  const auto place = std::ranges::lower_bound(link.runtime_slots, id);
  if (place == link.runtime_slots.end() || *place != id) link.runtime_slots.insert(place, id);
}

// Checks requests one after the other, and remembers who made which.
class RequestChecker {
 public:
  explicit RequestChecker(Link& link) : link_(link) {}

  void check(const std::string& source, FileId file, std::string_view name, uint32_t index) {
    if (!has_slots(link_))
      return report(file, fmt::format("{}: {} is to be a runtime slot, but this target has none; see --print-targets",
                                      source, name));
    if (index >= kRuntimeSlotCount)
      return report(file, fmt::format("{}: {} is to be runtime slot {}, but targets have {}: 0 and 1", source, name,
                                      index, kRuntimeSlotCount));
    const auto [entry, is_new] = known_.try_emplace(name, Known{source, index});
    if (!is_new && entry->second.index != index)
      report(file, fmt::format("{}: {} is to be runtime slot {}, but {} says {}", source, name, index,
                               entry->second.source, entry->second.index));
  }

 private:
  struct Known {
    std::string source;
    uint32_t index;
  };

  void report(FileId file, std::string text) { link_.diagnostics().error(std::move(text), file); }

  Link& link_;
  std::map<std::string_view, Known> known_;
};

}  // namespace

void define_requested_slots(Link& link) {
  // What C calls NAME may be another name to the linker.
  const std::string_view prefix = has_slots(link) ? link.target().row->symbol_prefix : std::string_view();
  for (const TlsSlot& slot : link.options().tls_slots) {
    define_slot(link, slot.name, slot.index);
    if (!prefix.empty()) define_slot(link, link.session.keep(std::string(prefix) + slot.name), slot.index);
  }
}

void define_slots_of(Link& link, const InputFile& file) {
  for (const SlotRequest& request : file.slot_requests) define_slot(link, request.name, request.index);
}

void check_slot_requests(Link& link) {
  RequestChecker checker(link);
  if (!link.options().raw_slot_files.empty() && !has_slots(link))
    link.diagnostics().error("--tls-raw: this target has no runtime slots; see --print-targets");
  for (const TlsSlot& slot : link.options().tls_slots) checker.check("--tls-slot", {}, slot.name, slot.index);
  if (link.options().indirect_slots && (!has_slots(link) || link.target().row->cpu != Cpu::I386))
    link.diagnostics().error("--tls-indirect: is for 32-bit targets; others reach their slots directly");
  if (!link.applies_relocs()) return;
  for (const InputFile* file : link.inputs.files)
    for (const SlotRequest& request : file->slot_requests)
      checker.check(file->display_name(), file->id, request.name, request.index);
}

SlotField slot_field(const Reloc& reloc, uint64_t place) {
  return {.offset = reloc.offset,
          .field = reloc.field,
          .place = place,
          .addend = reloc.addend,
          .is_relative = reloc.from == From::Place,
          .is_thread_offset = is_thread_offset(reloc.want),
          .is_negated = reloc.want == Want::TlsNegatedOffset};
}

uint64_t detour_address(const Link& link, const SlotDetour& access) {
  if (!link.slot_detours_chunk) return 0;
  const auto found = std::lower_bound(link.slot_detours.begin(), link.slot_detours.end(), access);
  if (found == link.slot_detours.end() || access < *found) return 0;
  return link.slot_detours_chunk->address_of(static_cast<size_t>(found - link.slot_detours.begin()));
}

RawSlots::RawSlots(Link& link) : link_(link) {
  for (const std::string& glob : link.options().raw_slot_files) files_.emplace_back(glob);
}

bool RawSlots::applies_to(const InputFile& file) const {
  if (files_.empty() || !link_.applies_relocs()) return false;
  const std::string name = file.display_name();
  return std::ranges::any_of(files_, [&](const Glob& glob) { return glob.matches(name); });
}

bool RawSlots::applies_to(const Atom& atom) const {
  return !files_.empty() && atom.has(atom_flag::kExecutable) && applies_to(link_.inputs.file(atom.file));
}

std::vector<FieldRange> RawSlots::relocated_fields(const Atom& atom) const {
  std::vector<FieldRange> fields;
  std::array<Reloc, 64> batch;
  RelocCursor cursor;
  const InputFile& file = link_.inputs.file(atom.file);
  while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false))
    for (const Reloc& reloc : std::span(batch.data(), count))
      fields.push_back({reloc.offset, reloc.offset + size_of(reloc.field)});
  std::ranges::sort(fields, {}, &FieldRange::begin);
  return fields;
}

void RawSlots::report(const Atom& atom, uint64_t offset, std::string_view what) const {
  const InputFile& file = link_.inputs.file(atom.file);
  link_.diagnostics().error(fmt::format("{}: --tls-raw: this code {}", place_of(link_, file, atom, offset), what),
                            file.id, offset);
}

void RawSlots::move(const Atom& atom, MutableBytes out, AccessLog* log) const {
  const x86::Mode mode = instruction_mode(link_);
  const std::span<const uint32_t> starts = link_.code_starts.of(link_, atom);
  x86::InstructionFinder finder(atom.bytes(), mode, starts);
  for (const RawSlotAccess& access : find_raw_slots(atom.bytes(), mode, starts, relocated_fields(atom))) {
    if (!access.problem.empty()) {
      report(atom, access.field, access.problem);
      continue;
    }
    const SlotField field = {.offset = access.field,
                             .field = access.field_size == 8   ? Field::Word64
                                      : access.field_size == 2 ? Field::Word16
                                                               : Field::Word32,
                             .place = atom.address + access.field,
                             .addend = access.offset};
    const auto change =
        rewrite_slot_field(finder, field, place_of_slot(link_, displacement_of(link_, access.index)), out, 0);
    if (!change) {
      report(atom, access.field, change.error().message);
    } else if (log) {
      Reloc name;
      name.offset = access.field;
      name.value = access.index;
      log->add(TlsAccess::make(atom.file, link_.id_of(atom), name, "raw slot access", "moved", change->start,
                               atom.bytes().subspan(change->start, change->size),
                               out.subspan(change->start, change->size)));
    }
  }
}

}  // namespace xld
