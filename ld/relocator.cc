// Applying relocations to a copy of an atom: decode, decide, compute, write. See emit.h and core/reloc.h.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "arch/field.h"
#include "ld/emit.h"
#include "ld/islands.h"
#include "ld/messages.h"
#include "ld/relocate.h"
#include "ld/runtime_slots.h"
#include "tlsrewrite/segment.h"

namespace xld {

namespace {
constexpr size_t kBatch = 64;
}

void Relocator::relocate(MutableBytes out, uint64_t address, uint32_t first_fixup) {
  next_fixup_ = first_fixup;
  relocate_part(out, address, 0, RelocCursor());
  sort_fixups(first_fixup);
}

// Link::fixups is in the order of addresses. Mostly the records of an atom are so already.
void Relocator::sort_fixups(uint32_t first) {
  const auto fixups = std::span(link_.fixups).subspan(first, next_fixup_ - first);
  const auto is_before = [](const LoadFixup& a, const LoadFixup& b) { return a.address < b.address; };
  if (!std::is_sorted(fixups.begin(), fixups.end(), is_before)) std::sort(fixups.begin(), fixups.end(), is_before);
}

void Relocator::relocate_part(MutableBytes out, uint64_t address, uint32_t begin, RelocCursor cursor) {
  out_ = out;
  address_ = address;
  begin_ = begin;
  const PlainPath* plain = link_.format->plain;
  if (!plain) return relocate_all(cursor);
  if (cursor.end > atom_.reloc_count) cursor.end = atom_.reloc_count;
  while (cursor.next < cursor.end) {
    LoadFixup* fixup = link_.fixups.data() + next_fixup_;
    cursor.next = plain->apply(link_, file_, atom_, {out, address, begin}, cursor, fixup);
    next_fixup_ = static_cast<uint32_t>(fixup - link_.fixups.data());
    if (cursor.next < cursor.end) relocate_next(cursor);
  }
}

// One relocation, or the two of a thread-local sequence.
void Relocator::relocate_next(RelocCursor& cursor) {
  std::array<Reloc, 2> pair;
  const size_t count = link_.format->decode(link_, file_, atom_, cursor, pair, !atom_.has(atom_flag::kAllocated));
  if (count == 0) return;
  // The second one may be plain, or begin a sequence with the one behind it.
  if (apply(std::span<const Reloc>(pair.data(), count)) < count) cursor.next--;
}

void Relocator::relocate_all(RelocCursor cursor) {
  std::array<Reloc, kBatch> batch;
  // What is not loaded has not been scanned: its malformed records are reported here.
  const bool reports = !atom_.has(atom_flag::kAllocated);
  while (const size_t count = link_.format->decode(link_, file_, atom_, cursor, batch, reports)) {
    for (size_t i = 0; i < count;) i += apply(std::span<const Reloc>(batch.data() + i, count - i));
  }
}

size_t Relocator::apply(std::span<const Reloc> relocs) {
  const Reloc& reloc = relocs[0];
  if (reloc.offset < begin_ || reloc.offset - begin_ + size_of(reloc.field) > out_.size()) return 1;  // of another part
  if (reloc.hints & (hint::kIsTlsSequence | hint::kIsTlsMarker)) return apply_tls(relocs);
  if (names_slot(link_, reloc) && atom_.has(atom_flag::kExecutable)) return apply_slot(reloc), 1;
  if (is_gone(reloc) && write_tombstone(reloc)) return 1;
  if (reloc.want == Want::GotSlot && shorten_got_load(reloc)) {
    log_descriptor(reloc, "address of the descriptor");
    return 1;
  }
  if (reloc.want == Want::TlsOffset && moves_to_gs() && !use_gs(finder(), reloc.offset, out_, begin_))
    report_reloc(
        link_, file_, atom_, reloc,
        "cannot be found by -z tls-seg=gs: the code before it cannot be decoded; keep data out of the section");
  uint64_t value = subtract(reloc, wanted_value(reloc));
  if (reloc.from != From::Symbol || relocs.size() == 1) {
    write(reloc, value);
    if (log_ && is_thread_offset(reloc.want)) log_kept(reloc);
    if (log_ && reloc.want == Want::GotSlot) log_descriptor(reloc, "");
    return 1;
  }
  value -= symbol_address(relocs[1]);
  write(reloc, value);
  return 2;
}

uint64_t Relocator::symbol_address(const Reloc& reloc) const {
  switch (reloc.target_kind) {
    case TargetKind::Symbol:
      return link_.symbol_addresses[reloc.target];
    case TargetKind::Atom: {
      if (reloc.is_resolver) {
        const Slots::Record* record = record_of(reloc);
        if (record && record->stub != Slots::kNone) return link_.slots.stub_address(record->stub);
      }
      return link_.address_of(link_.atom(reloc.atom()), static_cast<uint64_t>(reloc.value));
    }
    case TargetKind::Absolute:
    case TargetKind::Discarded:
      break;
  }
  return static_cast<uint64_t>(reloc.value);
}

const Slots::Record* Relocator::record_of(const Reloc& reloc) const {
  return reloc.target_kind == TargetKind::Symbol ? link_.slots.record_of(reloc.symbol())
                                                 : link_.slots.record_of(file_.id, reloc.raw_symbol);
}

uint64_t Relocator::slot_address(const Reloc& reloc) {
  const Slots::Record* record = record_of(reloc);
  uint32_t word = Slots::kNone;
  if (reloc.want == Want::TlsModuleSlot) {
    word = link_.slots.tls_module;
  } else if (record) {
    switch (reloc.want) {
      case Want::GotSlot:
        word = record->got;
        break;
      case Want::TlsOffsetSlot:
        word = record->tls_offset;
        break;
      case Want::TlsPairSlot:
        word = record->tls_pair;
        break;
      case Want::TlsDescSlot:
        word = record->tls_descriptor;
        break;
      default:
        break;
    }
  }
  if (word == Slots::kNone) {
    report_reloc(link_, file_, atom_, reloc, "has no slot: internal error, please report it with --reproduce");
    return 0;
  }
  return link_.slots.word_address(word);
}

namespace {

LoadFixupKind fixup_kind(const Link& link, AddressForm form, const Reloc& reloc) {
  if (form == AddressForm::Distance) return LoadFixupKind::Distance;
  if (form != AddressForm::Size) return LoadFixupKind::Word;
  return size_of(reloc.field) == link.arch->word_size ? LoadFixupKind::Size : LoadFixupKind::NarrowSize;
}

}  // namespace

uint64_t Relocator::address_value(const Reloc& reloc) {
  const auto addend = static_cast<uint64_t>(reloc.addend);
  uint64_t value = reloc.want == Want::Size ? addend : symbol_address(reloc) + addend;
  if (link_.fixup_counts.empty() || !atom_.has(atom_flag::kAllocated)) return value;
  const TargetFacts target = facts_of(link_, reloc);
  const AddressForm form = address_form(link_, atom_, reloc, target);
  const bool is_distance = form == AddressForm::Distance;
  const bool is_symbolic = is_load_fixup(form) && form != AddressForm::Relative;
  // A stub may exist for branches; what is compared with null must not be its address.
  if (is_symbolic || form == AddressForm::Zero) value = addend;
  if (is_load_fixup(form))
    link_.fixups[next_fixup_++] = {place(reloc), value, is_symbolic ? target.symbol : SymbolId(),
                                   fixup_kind(link_, form, reloc),
                                   form == AddressForm::Relative && is_packed(link_, atom_, reloc)};
  return is_distance ? value + place(reloc) : value;  // the loader subtracts the place, not subtract()
}

uint64_t Relocator::wanted_value(const Reloc& reloc) {
  const auto addend = static_cast<uint64_t>(reloc.addend);
  switch (reloc.want) {
    case Want::Address:
    case Want::Size:
      return address_value(reloc);
    case Want::Stub:
      return symbol_address(reloc) + addend;
    case Want::TlsOffset:
      return thread_offset(reloc) + addend;
    case Want::TlsNegatedOffset:
      return addend - thread_offset(reloc);
    case Want::TlsBlockOffset: {
      // Where the code has the thread pointer instead of the block's start; debug information means the block.
      const bool is_code = atom_.has(atom_flag::kAllocated);
      const bool is_local = choose_model(TlsModel::LocalDynamic, facts_for(reloc)) == TlsModel::LocalExec;
      if (is_code && is_local) return thread_offset(reloc) + addend;
      return symbol_address(reloc) + addend - link_.layout.tls_address;
    }
    case Want::GotBase:
      return link_.slots.got_base + addend;
    case Want::GotSlot:
    case Want::TlsOffsetSlot:
    case Want::TlsPairSlot:
    case Want::TlsModuleSlot:
    case Want::TlsDescSlot:
      return slot_address(reloc) + addend;
    case Want::None:
    case Want::TlsNegatedOffsetSlot:
      break;
  }
  return addend;
}

// What a runtime slot's name stands for is an offset already.
uint64_t Relocator::thread_offset(const Reloc& reloc) const {
  return symbol_address(reloc) - (names_slot(link_, reloc) ? 0 : link_.thread_pointer);
}

TlsFacts Relocator::facts_for(const Reloc& reloc) const {
  const bool is_slot = names_slot(link_, reloc) && reloc.want != Want::TlsModuleSlot;
  return is_slot ? kSlotFacts : tls_facts(link_, facts_of(link_, reloc));
}

x86::InstructionFinder& Relocator::finder() {
  if (!finder_) finder_.emplace(atom_.bytes(), instruction_mode(link_), link_.code_starts.of(link_, atom_));
  return *finder_;
}

void Relocator::apply_slot(const Reloc& reloc) {
  const bool is_plain = reloc.from == From::Nothing || reloc.from == From::Place;
  if (!is_plain || !(is_thread_offset(reloc.want) || reloc.want == Want::Address))
    return report_reloc(link_, file_, atom_, reloc,
                        "names a runtime slot, which has no address; access it as %fs:NAME or %gs:NAME");
  const SlotField field = slot_field(reloc, place(reloc));
  SlotPlace slot = place_of_slot(link_, static_cast<int64_t>(link_.symbols.value(reloc.symbol())));
  slot.detour = detour_address(link_, {link_.id_of(atom_), field});
  const auto change = rewrite_slot_field(finder(), field, slot, out_, begin_);
  if (!change) return report_reloc(link_, file_, atom_, reloc, change.error().message);
  log_access(reloc, change->kind, "moved", change->start, change->size);
}

void Relocator::log_access(const Reloc& reloc, std::string_view kind, std::string_view result, uint64_t start,
                           uint8_t size) {
  if (!log_ || start < begin_ || start - begin_ + size > out_.size()) return;
  log_->add(TlsAccess::make(atom_.file, link_.id_of(atom_), reloc, kind, result, start,
                            atom_.bytes().subspan(start, size), out_.subspan(start - begin_, size)));
}

// Where variables have descriptors, an access loads the address of one from a slot.
void Relocator::log_descriptor(const Reloc& reloc, std::string_view result) {
  if (!log_ || reloc.offset < reloc.lead || !facts_of(link_, reloc).is_thread_local) return;
  log_access(reloc, "load of a descriptor", result, reloc.offset - reloc.lead,
             static_cast<uint8_t>(reloc.lead + size_of(reloc.field)));
}

// An access that stays as it was written.
void Relocator::log_kept(const Reloc& reloc) {
  if (!log_ || !atom_.has(atom_flag::kExecutable) || reloc.want == Want::None) return;
  const auto found = finder().find(reloc.offset);
  const uint64_t start = found ? found->start : reloc.offset;
  log_access(reloc, model_name(model_of(reloc)), "", start, found ? found->instruction.size : size_of(reloc.field));
}

uint64_t Relocator::subtract(const Reloc& reloc, uint64_t value) const {
  switch (reloc.from) {
    case From::Place:
      return value - place(reloc);
    case From::PlacePage:
      return value - (place(reloc) & ~uint64_t{0xfff});
    case From::OwnPage:
      return value & 0xfff;
    case From::GotBase:
      return value - link_.slots.got_base;
    case From::Nothing:
    case From::Symbol:
      break;
  }
  return value;
}

void Relocator::write(const Reloc& reloc, uint64_t value) {
  if (reloc.field == Field::None) return;
  if (!fits(reloc.field, value)) {
    // Addresses wrap around: over the end of memory it is not far to the beginning.
    if (link_.arch->word_size == 4) value = static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)});
    const auto thunk = find_thunk(link_, atom_, reloc, place(reloc));
    if (thunk) value = *thunk - place(reloc);
    if (!thunk && is_branch_to_nothing(reloc)) value = distance_to_next(reloc.field);
    if (!fits(reloc.field, value) && !link_.options().allows_overflow) return report_overflow(reloc, value);
  }
  uint8_t* place_in_output = out_.data() + (reloc.offset - begin_);
  if (reloc.field == Field::PageOffset12 && !is_expressible(load<uint32_t>(place_in_output), value))
    return report_misaligned(reloc, value, load<uint32_t>(place_in_output));
  write_field(reloc.field, place_in_output, value);
}

// A call of a function that nobody has to have, and nobody has, which is behind a test for that: where address 0 is
// too far away it leads to the next instruction.
bool Relocator::is_branch_to_nothing(const Reloc& reloc) const {
  return reloc.want == Want::Stub && facts_of(link_, reloc).is_weak_undefined;
}

void Relocator::report_misaligned(const Reloc& reloc, uint64_t value, uint32_t instruction) {
  const uint32_t size = 1u << page_offset_scale(instruction);
  link_.diagnostics().error(
      fmt::format("{}: {}-bit LDR/STR to 0x{:X} ({}) is not {}-byte aligned; align what it refers to",
                  place_of(link_, file_, atom_, reloc.offset), 8 * size, value,
                  link_.format->describe->symbol(link_, file_, reloc.raw_symbol), size),
      file_.id, uint64_t{atom_.raw} << 32 | reloc.offset);
}

// Debug information may describe what is not in the output: dropped, or represented by its equal.
bool Relocator::is_gone(const Reloc& reloc) const {
  if (reloc.target_kind == TargetKind::Discarded) return true;
  const bool is_symbol = reloc.target_kind == TargetKind::Symbol;
  if (atom_.has(atom_flag::kAllocated)) return reloc.target_kind == TargetKind::Atom && !link_.is_live[reloc.target];
  const AtomId target = is_symbol ? link_.symbols.atom(reloc.symbol()) : reloc.atom();
  if (reloc.target_kind == TargetKind::Absolute || !target.is_valid()) return false;
  return !link_.is_live[target.value] || link_.atom(target).has(atom_flag::kFolded);
}

// False: the field is written as if its target were there.
bool Relocator::write_tombstone(const Reloc& reloc) {
  if (reloc.field == Field::None || atom_.has(atom_flag::kAllocated)) return true;
  const bool is_folded = reloc.target_kind != TargetKind::Discarded && link_.is_live[facts_of(link_, reloc).atom.value];
  const OutputSection& section = link_.layout.section(atom_.section);
  if (is_folded && section.follows_folded) return false;
  write_field(reloc.field, out_.data() + (reloc.offset - begin_), section.tombstone);
  return true;
}

bool Relocator::shorten_got_load(const Reloc& reloc) {
  const TargetFacts target = facts_of(link_, reloc);
  const GotLoadForm form = got_load_form(link_, atom_, reloc, target);
  if (form == GotLoadForm::Keep) return false;
  const uint64_t symbol = symbol_address(reloc) + static_cast<uint64_t>(reloc.addend) + reloc.bias;
  if (link_.arch->shorten_got_load(form, out_, reloc, symbol, place(reloc), link_.slots.got_base)) return true;
  if (link_.keeps_shortened_slots) return false;
  report_overflow(reloc, symbol - place(reloc));
  return true;
}

// -z tls-seg=gs.
bool Relocator::moves_to_gs() const {
  return link_.options().thread_segment == ThreadSegment::Gs && atom_.has(atom_flag::kExecutable);
}

size_t Relocator::apply_tls(std::span<const Reloc> relocs) {
  const Reloc& reloc = relocs[0];
  if (moves_to_gs() && model_of(reloc) == TlsModel::InitialExec) {
    report_reloc(
        link_, file_, atom_, reloc,
        "is used by another instruction, which -z tls-seg=gs cannot find; compile with -ftls-model=local-exec");
    return 1;
  }
  const auto sequence = recognise_tls(link_.target().cpu, atom_.bytes(), relocs, facts_for(reloc));
  if (!sequence) return 1;  // reported by the scan
  if (!sequence->is_rewritten) {
    if (reloc.want != Want::None) write(reloc, subtract(reloc, wanted_value(reloc)));
    log_kept(reloc);
    return 1;
  }
  TlsValues values{};
  values.thread_offset = static_cast<int64_t>(thread_offset(reloc) + static_cast<uint64_t>(reloc.addend) + reloc.bias);
  if (sequence->model == TlsModel::InitialExec) {
    const Slots::Record* record = record_of(reloc);
    if (record && record->tls_offset != Slots::kNone) values.slot = link_.slots.word_address(record->tls_offset);
  }
  values.place = place(reloc);
  values.got_base = link_.slots.got_base;
  if (!rewrite_tls(link_.target().cpu, out_, relocs, *sequence, values))
    report_overflow(reloc, static_cast<uint64_t>(values.thread_offset));
  log_access(reloc, model_name(model_of(reloc)), model_name(sequence->model), sequence->begin, sequence->size);
  return sequence->relocations_consumed;
}

void Relocator::report_overflow(const Reloc& reloc, uint64_t value) {
  report_out_of_range(link_, file_, atom_, reloc, value);
}

}  // namespace xld
