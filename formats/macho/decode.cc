// Format::decode: from raw records and the addends in the section to canonical relocations. See relocs.h, core/reloc.h.
//
// Four conventions become one. (a) A field relative to the program counter holds, for a symbol, the addend less the
// distance to the end of the field (i386: as if the object stood at its own addresses); for a section or a scattered
// record, the distance to the target. (b) An absolute field holds the target's address in the object, unless the record
// names a symbol. (c) A difference holds what the object's addresses make of it. (d) Instructions of arm64 hold
// nothing: their addends have records. Targets in tables of pointers and stubs that the assembler made become slots and
// stubs of the symbols behind the table's entries.
#include "formats/macho/decode.h"

#include <fmt/core.h>

#include "arch/field.h"
#include "formats/macho/describe.h"
#include "formats/macho/imports.h"
#include "formats/macho/init_offsets.h"
#include "formats/macho/object.h"
#include "formats/macho/probes.h"
#include "formats/macho/relocs.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

namespace {

constexpr uint32_t kStubSize32 = 5;  // of __IMPORT,__jump_table; other stubs are as long as reserved2 says

class Decoder {
 public:
  Decoder(const Link& link, const InputFile& file, const Atom& atom, bool reports)
      : link_(link),
        file_(file),
        object_(object_of(file)),
        atom_(atom),
        piece_(object_.subsections[atom.raw]),
        section_(object_.sections[piece_.section]),
        cpu_(link.target().cpu),
        becomes_offset_(becomes_offsets(link, atom)),
        reports_(reports) {}

  size_t decode(RelocCursor& cursor, std::span<Reloc> out) {
    if (cursor.end > piece_.reloc_count) cursor.end = piece_.reloc_count;
    size_t used = 0;
    while (cursor.next < cursor.end) {
      const RawReloc raw = record(cursor.next);
      const RelocMeaning& meaning = reloc_meaning(cpu_, raw.type);
      if (object_.has_probes && is_probe_call(link_, file_, raw)) {
        cursor.next++;
        continue;
      }
      const bool is_pair = meaning.form == RelocForm::Subtractor || meaning.form == RelocForm::SectionDifference;
      if (used + (is_pair ? 2 : 1) > out.size()) break;
      cursor.next++;
      if (meaning.form == RelocForm::Addend) {
        used += decode_with_addend(raw, cursor, out[used]);
      } else if (!is_pair) {
        const bool is_whole = decode_plain(raw, meaning, out[used]);
        if (is_whole && is_template_offset(raw, out[used])) out[used].want = Want::TlsBlockOffset;
        if (is_whole && is_personality(raw)) out[used].want = Want::GotSlot;
        if (is_whole && becomes_offset_) make_offset(out[used]);
        used += is_whole;
      } else if (cursor.next == cursor.end) {
        fail(raw, fmt::format("{} is not followed by its second half", name_of(raw)));
      } else {
        const RawReloc second = record(cursor.next++);
        const bool is_whole = meaning.form == RelocForm::Subtractor ? decode_subtractor(raw, second, out.subspan(used))
                                                                    : decode_difference(raw, second, out.subspan(used));
        if (is_whole) used += 2;
      }
    }
    return used;
  }

 private:
  RawReloc record(uint32_t position) const { return piece_reloc(cpu_, object_, piece_, position); }

  // ---- the three forms

  bool decode_plain(const RawReloc& raw, const RelocMeaning& meaning, Reloc& reloc) {
    if (section_.type() == S_THREAD_LOCAL_VARIABLES && meaning.want != Want::Address && link_.applies_relocs())
      return fail(
          raw, fmt::format("{} relocation not allowed in thread-local section, must be UNSIGNED", short_name_of(raw)));
    if (!decode_single(raw, meaning, reloc) || (reports_ && !check_target(raw, reloc))) return false;
    if (!reports_ || meaning.want != Want::GotSlot || !link_.applies_relocs()) return true;
    return check_thread_variable(raw, meaning, reloc);
  }

  // Pointers that become offsets are not there to be referred to.
  bool check_target(const RawReloc& raw, const Reloc& reloc) {
    if (raw.is_extern && !state_of(link_).names_initialisers.load(std::memory_order_relaxed)) return true;
    AtomId atom;
    if (reloc.target_kind == TargetKind::Atom) atom = reloc.atom();
    if (reloc.target_kind == TargetKind::Symbol) atom = link_.symbols.atom(reloc.symbol());
    if (!atom.is_valid() || link_.atom(atom).file.value == 0 || !becomes_offsets(link_, link_.atom(atom))) return true;
    return fail_at(raw, fmt::format("cannot reference {} defined in __mod_init_func when -init_offsets is used",
                                    target_name(reloc)));
  }

  // Is the target the descriptor of a thread-local variable? Nothing: it is not known.
  std::optional<bool> refers_to_descriptor(const Reloc& reloc, bool wants_descriptor) const {
    AtomId atom;
    if (reloc.target_kind == TargetKind::Atom) atom = reloc.atom();
    if (reloc.target_kind == TargetKind::Symbol) {
      const Claim claim = link_.symbols.claim(reloc.symbol());
      if (claim.is_import() && is_import_of_variable(link_, claim)) return true;
      if (claim.is_import() && wants_descriptor && is_import_of_no_variable(link_, claim)) return false;
      atom = link_.symbols.atom(reloc.symbol());
    }
    if (!wants_descriptor && !state_of(link_).has_thread_variables.load(std::memory_order_relaxed)) return false;
    if (!atom.is_valid()) return std::nullopt;
    return is_thread_variable(link_, atom);
  }

  // Code calls what a thread-local variable's descriptor begins with: it has to be one. An ordinary access to it is a
  // mistake as well.
  bool check_thread_variable(const RawReloc& raw, const RelocMeaning& meaning, const Reloc& reloc) {
    const auto is_descriptor = refers_to_descriptor(reloc, meaning.wants_thread_variable);
    if (!is_descriptor || *is_descriptor == meaning.wants_thread_variable) return check_variable_load(raw, meaning);
    return fail_at(raw, fmt::format("{} relocation requires that symbol {} {}be thread-local; declare it thread_local "
                                    "everywhere, or nowhere",
                                    short_name_of(raw), target_name(reloc), *is_descriptor ? "not " : ""));
  }

  // x86-64: the load becomes a leaq if the variable is ours.
  bool check_variable_load(const RawReloc& raw, const RelocMeaning& meaning) {
    constexpr uint8_t kMoveToRegister = 0x8b;
    if (!meaning.wants_thread_variable || meaning.lead == 0) return true;
    const uint64_t offset = place(raw) - piece_.address;
    if (offset >= 2 && atom_.data[offset - 2] == kMoveToRegister) return true;
    return fail(raw, "TLV reloc requires MOVQ instruction");
  }

  std::string target_name(const Reloc& reloc) const {
    if (reloc.target_kind == TargetKind::Symbol) return std::string(link_.symbols.name(reloc.symbol()));
    return kDescriptions.symbol(link_, file_, reloc.raw_symbol);
  }

  bool decode_single(const RawReloc& raw, const RelocMeaning& meaning, Reloc& reloc) {
    if (meaning.form != RelocForm::Plain) return fail(raw, fmt::format("{} is not supported here", name_of(raw)));
    if (!start(raw, meaning, reloc)) return false;
    reloc.hints = meaning.hints;
    reloc.lead = meaning.lead;
    if (meaning.field != Field::None) return decode_instruction(raw, meaning, reloc);
    // arm64: what stands in the field of a distance to a slot is left over from the assembler's arithmetic, and no
    // addend: it means the slot.
    const bool is_slot_arm64 = cpu_ == Cpu::Arm64 && meaning.want == Want::GotSlot;
    const int64_t stored = is_slot_arm64 ? 0 : stored_value(raw);
    const auto size = static_cast<int64_t>(size_of(reloc.field));
    // From the field to the program counter; arm64 has no program counter in data.
    const int64_t behind = cpu_ == Cpu::Arm64 ? 0 : size + meaning.trailing;
    if (raw.is_pc_relative) {
      reloc.from = From::Place;
      reloc.bias = static_cast<uint8_t>(behind);
    }
    // i386 code has no other use for the program counter.
    if (raw.is_pc_relative && cpu_ == Cpu::I386 && reloc.want == Want::Address) {
      reloc.want = Want::Stub;
      reloc.hints |= hint::kIsBranch;
    }
    if (raw.is_extern) {
      reloc.addend = stored;
      // i386: a branch's distance is that from the object's own addresses; one to a slot is not.
      const bool counts_from_object = cpu_ == Cpu::I386 && meaning.want != Want::GotSlot;
      if (raw.is_pc_relative)
        reloc.addend += counts_from_object ? static_cast<int64_t>(place(raw)) : -std::min(size, behind);
      return find_symbol(raw, raw.number, reloc);
    }
    const auto target = as_address(stored + (raw.is_pc_relative ? static_cast<int64_t>(place(raw)) + behind : 0));
    if (raw.is_pc_relative) reloc.addend = -behind;
    return raw.is_scattered ? find_address(raw, target, reloc) : find_in_section(raw, target, reloc);
  }

  // arm64: a part of an instruction, which has no room for an addend.
  bool decode_instruction(const RawReloc& raw, const RelocMeaning& meaning, Reloc& reloc) {
    reloc.from = meaning.from;
    if (!raw.is_extern) return fail(raw, fmt::format("{} needs a symbol", name_of(raw)));
    return find_symbol(raw, raw.number, reloc) && check_instruction(raw, meaning);
  }

  // A load from a slot is rewritten with the address computation before it, so both have to be what they should be.
  bool check_instruction(const RawReloc& raw, const RelocMeaning& meaning) {
    const auto instruction = load<uint32_t>(atom_.data + (place(raw) - piece_.address));
    const bool is_load_of_word = (instruction & 0xffc00000) == 0xf9400000;
    if (meaning.want != Want::GotSlot || meaning.field != Field::PageOffset12 || is_load_of_word) return true;
    return fail(raw, fmt::format("{} is not for a 64-bit load (ldr) but for {:#x}", name_of(raw), instruction));
  }

  // arm64: ADDEND, then the record it is for.
  bool decode_with_addend(const RawReloc& first, RelocCursor& cursor, Reloc& reloc) {
    if (cursor.next == cursor.end) return fail(first, fmt::format("{} is not followed by another", name_of(first)));
    const RawReloc second = record(cursor.next++);
    const RelocMeaning& meaning = reloc_meaning(cpu_, second.type);
    if (meaning.field == Field::None || meaning.want == Want::GotSlot || second.address != first.address)
      return fail(first, fmt::format("{} is followed by {}, which does not fit", name_of(first), name_of(second)));
    if (!decode_plain(second, meaning, reloc)) return false;
    constexpr uint32_t kSign = 1 << 23;
    reloc.addend += static_cast<int64_t>(first.number ^ kSign) - int64_t{kSign};
    return true;
  }

  // x86-64: SUBTRACTOR B, then UNSIGNED A. The field holds the addend, or A's address plus the addend.
  bool decode_subtractor(const RawReloc& first, const RawReloc& second, std::span<Reloc> out) {
    const RelocMeaning& meaning = reloc_meaning(cpu_, second.type);
    if (meaning.want != Want::Address || second.is_pc_relative || second.address != first.address ||
        second.length != first.length)
      return fail(first, fmt::format("{} is followed by {}, which does not fit", name_of(first), name_of(second)));
    if (!first.is_extern) return fail(first, fmt::format("{} of an address without a symbol", name_of(first)));
    if (!decode_plain(second, meaning, out[0])) return false;
    return add_subtrahend(out, [&](Reloc& subtrahend) { return find_symbol(first, first.number, subtrahend); });
  }

  // i386: SECTDIFF with A's address, then PAIR with B's. The field holds A - B plus the addend.
  bool decode_difference(const RawReloc& first, const RawReloc& second, std::span<Reloc> out) {
    if (reloc_meaning(cpu_, second.type).form != RelocForm::Pair || !first.is_scattered || !second.is_scattered)
      return fail(first, fmt::format("{} is not followed by its second half", name_of(first)));
    if (!start(first, reloc_meaning(cpu_, first.type), out[0])) return false;
    const int64_t difference = static_cast<int64_t>(first.number) - static_cast<int64_t>(second.number);
    out[0].addend = static_cast<int32_t>(stored_value(first) - difference);
    if (!find_address(first, first.number, out[0])) return false;
    return add_subtrahend(out, [&](Reloc& subtrahend) {
      return find_address(first, second.number, subtrahend) && subtrahend.want == Want::None;
    });
  }

  template <class Find>
  bool add_subtrahend(std::span<Reloc> out, Find find) {
    out[0].from = From::Symbol;
    Reloc& subtrahend = out[1];
    subtrahend = Reloc();
    subtrahend.offset = out[0].offset;
    subtrahend.raw_type = out[0].raw_type;
    subtrahend.hints = hint::kSubtrahend;
    if (!find(subtrahend)) return false;
    // What is left of the addend belongs to the pair's value.
    out[0].addend -= subtrahend.addend;
    subtrahend.addend = 0;
    return true;
  }

  // ---- fields

  uint64_t place(const RawReloc& raw) const { return section_.address + raw.address; }

  uint64_t as_address(int64_t value) const {
    return cpu_ == Cpu::I386 ? static_cast<uint32_t>(value) : static_cast<uint64_t>(value);
  }

  int64_t stored_value(const RawReloc& raw) const {
    const Field field = field_of(cpu_, raw.length, raw.is_pc_relative);
    return read_field(field, atom_.data + (place(raw) - piece_.address));
  }

  bool start(const RawReloc& raw, const RelocMeaning& meaning, Reloc& reloc) {
    reloc = Reloc();
    reloc.field = meaning.field != Field::None ? meaning.field : field_of(cpu_, raw.length, raw.is_pc_relative);
    if (!(meaning.lengths >> raw.length & 1))
      return fail(raw, fmt::format("{} relocation has width {} bytes, but must be {} bytes", short_name_of(raw),
                                   1u << raw.length, widths_of(meaning)));
    if (!(raw.is_pc_relative ? meaning.may_be_relative : meaning.may_be_absolute))
      return fail(raw, fmt::format("{} relocation must {}be PC-relative", short_name_of(raw),
                                   raw.is_pc_relative ? "not " : ""));
    const uint64_t offset = place(raw) - piece_.address;
    if (place(raw) < piece_.address || !contains(atom_.bytes(), offset, size_of(reloc.field)) || offset > UINT32_MAX)
      return fail(raw, fmt::format("{} is outside of what it is about, {:#x} bytes at {:#x}", name_of(raw), atom_.size,
                                   piece_.address));
    reloc.offset = static_cast<uint32_t>(offset);
    reloc.want = meaning.want;
    reloc.raw_type = raw.type;
    return true;
  }

  // What is called has a distance from the header, if not its own, then its stub's.
  static void make_offset(Reloc& reloc) {
    reloc.want = Want::Stub;
    reloc.from = From::Place;
    reloc.field = Field::Signed32;
    reloc.hints |= hint::kIsBranch;
  }

  // Unwind tables name a personality by a pointer to it.
  bool is_personality(const RawReloc& raw) const {
    if (!is_compact_unwind(section_)) return false;
    return link_.target().word_size == 8 ? raw.address % 32 == 16 : raw.address % 20 == 12;
  }

  // The last word of a thread-local variable's descriptor is the offset of its first value in the template.
  bool is_template_offset(const RawReloc& raw, const Reloc& reloc) const {
    if (section_.type() != S_THREAD_LOCAL_VARIABLES || raw.is_pc_relative) return false;
    if (reloc.target_kind == TargetKind::Atom) return link_.atom(reloc.atom()).has(atom_flag::kThreadLocal);
    return reloc.target_kind == TargetKind::Symbol && link_.symbols.has(reloc.symbol(), symbol_flag::kThreadLocal);
  }

  // ---- targets

  bool find_symbol(const RawReloc& raw, uint32_t index, Reloc& reloc) {
    reloc.raw_symbol = index;
    if (index >= object_.symbol_count)
      return fail(raw, fmt::format("{} refers to symbol {}, which does not exist", name_of(raw), index));
    if (index >= file_.first_global) {
      reloc.target_kind = TargetKind::Symbol;
      reloc.target = file_.globals[index - file_.first_global].value;
      return true;
    }
    const RawSymbol symbol = raw_symbol(link_, object_, index);
    if (is_defined_in_section(symbol))
      return set_piece(subsection_of(object_, index), symbol.sect - 1u, symbol.value, reloc);
    if (is_stab(symbol) || (symbol.type & N_TYPE) != N_ABS)
      return fail(raw, fmt::format("{} refers to symbol {}, which has no place", name_of(raw), index));
    reloc.value = static_cast<int64_t>(symbol.value);
    return true;
  }

  bool find_in_section(const RawReloc& raw, uint64_t address, Reloc& reloc) {
    if (raw.number == 0) {  // R_ABS
      reloc.value = static_cast<int64_t>(address);
      return true;
    }
    if (raw.number > object_.sections.size())
      return fail(raw, fmt::format("{} refers to section {}, which does not exist", name_of(raw), raw.number));
    reloc.raw_symbol = object_.symbol_count + raw.number;
    return find_place(raw, raw.number - 1, address, address, reloc);
  }

  // A scattered record names the address that decides which piece is meant; the field may point beyond it.
  bool find_address(const RawReloc& raw, uint64_t address, Reloc& reloc) {
    const uint64_t base = reloc.hints & hint::kSubtrahend || reloc_meaning(cpu_, raw.type).form != RelocForm::Plain
                              ? address
                              : raw.number;
    const uint32_t section = section_at(object_, base);
    if (section == object_.sections.size())
      return fail(raw, fmt::format("{} refers to address {:#x}, where there is no section", name_of(raw), base));
    reloc.raw_symbol = object_.symbol_count + section + 1;
    return find_place(raw, section, base, address, reloc);
  }

  // `base` is in the piece that is meant, `address` what is meant.
  bool find_place(const RawReloc& raw, uint32_t section, uint64_t base, uint64_t address, Reloc& reloc) {
    switch (link_.applies_relocs() ? object_.sections[section].type() : S_REGULAR) {
      case S_NON_LAZY_SYMBOL_POINTERS:
        return find_entry(raw, section, base, address, Want::GotSlot, reloc);
      case S_SYMBOL_STUBS:
        return find_entry(raw, section, base, address, Want::Stub, reloc);
      default:
        break;
    }
    // Slots belong to symbols.
    if (reloc.want != Want::Address && reloc.want != Want::Stub && !(reloc.hints & hint::kSubtrahend))
      return fail(raw, fmt::format("{} needs a symbol", name_of(raw)));
    if (base != address) reloc.addend += static_cast<int64_t>(address - base);
    return find_piece(section, base, reloc);
  }

  bool find_piece(uint32_t section, uint64_t address, Reloc& reloc) {
    return set_piece(subsection_at(object_, section, address), section, address, reloc);
  }

  // What debug information says of a piece that another file's took the place of is about nothing.
  bool is_about_lost(const Subsection& piece) const {
    return piece.instead.is_valid() && !atom_.has(atom_flag::kAllocated | atom_flag::kUnwind);
  }

  bool set_piece(const Subsection* piece, uint32_t section, uint64_t address, Reloc& reloc) const {
    const auto offset = piece ? static_cast<int64_t>(address - piece->address) : 0;
    if (piece && piece->atom.is_valid()) {
      reloc.target_kind = TargetKind::Atom;
      reloc.target = piece->atom.value;
      reloc.value = offset;
    } else if (piece && piece->instead.is_valid() && !is_about_lost(*piece)) {
      reloc.target_kind = TargetKind::Symbol;
      reloc.target = piece->instead.value;
      reloc.addend += offset;
    } else {
      reloc.target_kind = TargetKind::Discarded;
      reloc.target = section;
    }
    return true;
  }

  // An entry of a table that the assembler made: what counts is the symbol the indirect symbol table names for it.
  bool find_entry(const RawReloc& raw, uint32_t section, uint64_t base, uint64_t address, Want want, Reloc& reloc) {
    const InputSection& table = object_.sections[section];
    const uint32_t size = want == Want::GotSlot ? link_.target().word_size : kStubSize32;
    const uint64_t entry = (base - table.address) / size;
    const uint64_t index = table.reserved1 + entry;
    const auto symbol = read<uint32_t>(object_.indirect_symbols, index * 4);
    if (!symbol || base < table.address || entry >= table.size / size)
      return fail(raw, fmt::format("{} refers to entry {} of ({},{}), which does not exist", name_of(raw), entry,
                                   table.segment, table.name));
    if (reloc.want != Want::Address && reloc.want != Want::Stub)
      return fail(raw, fmt::format("{} cannot refer to ({},{})", name_of(raw), table.segment, table.name));
    reloc.want = want;
    reloc.addend += static_cast<int64_t>(address - (table.address + entry * size));
    if (*symbol & (INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL_ABS))
      return find_local_entry(raw, table, index, entry, reloc);
    return find_symbol(raw, *symbol, reloc);
  }

  // A pointer without a symbol holds the address itself. Its slot goes by a number behind those of the sections.
  bool find_local_entry(const RawReloc& raw, const InputSection& table, uint64_t index, uint64_t entry, Reloc& reloc) {
    const uint64_t offset = table.file_offset + entry * link_.target().word_size;
    const auto target = read<uint32_t>(file_.bytes, offset);
    const uint32_t section = target ? section_at(object_, *target) : static_cast<uint32_t>(object_.sections.size());
    if (reloc.want != Want::GotSlot || section == object_.sections.size())
      return fail(raw, fmt::format("{} refers to a pointer in ({},{}) that leads nowhere", name_of(raw), table.segment,
                                   table.name));
    reloc.raw_symbol = static_cast<uint32_t>(object_.symbol_count + object_.sections.size() + 1 + index);
    return find_piece(section, *target, reloc);
  }

  std::string name_of(const RawReloc& raw) const { return macho::reloc_name(cpu_, raw.type); }

  // "UNSIGNED"
  std::string short_name_of(const RawReloc& raw) const {
    const std::string name = name_of(raw);
    constexpr std::string_view kMark = "_RELOC_";
    const size_t mark = name.find(kMark);
    return mark == name.npos ? name : name.substr(mark + kMark.size());
  }

  // "4 or 8"
  static std::string widths_of(const RelocMeaning& meaning) {
    std::string text;
    for (uint32_t length = 0; length < 4; length++)
      if (meaning.lengths >> length & 1) text += fmt::format("{}{}", text.empty() ? "" : " or ", 1u << length);
    return text;
  }

  // A mistake of the program, and not of the object.
  bool fail_at(const RawReloc& raw, const std::string& what) {
    if (!reports_) return false;
    const uint64_t offset = place(raw) - piece_.address;
    link_.diagnostics().error(
        fmt::format("{}:({}): {}", file_.display_name(), kDescriptions.place(link_, atom_, offset), what), file_.id,
        uint64_t{piece_.section} << 32 | raw.address);
    return false;
  }

  bool fail(const RawReloc& raw, const std::string& what) {
    if (reports_) report_raw_reloc(link_, file_, piece_, raw.address, what);
    return false;
  }

  const Link& link_;
  const InputFile& file_;
  const MachoObject& object_;
  const Atom& atom_;
  const Subsection& piece_;
  const InputSection& section_;
  Cpu cpu_;
  bool becomes_offset_;
  bool reports_;
};

}  // namespace

size_t decode(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
              bool reports) {
  if (!atom.relocs) return 0;
  return Decoder(link, file, atom, reports).decode(cursor, out);
}

void report_raw_reloc(const Link& link, const InputFile& file, const Subsection& piece, uint64_t address,
                      std::string_view what) {
  const InputSection& section = object_of(file).sections[piece.section];
  link.diagnostics().error(
      fmt::format("{} at offset {} of {},{} in {}", what, address, section.segment, section.name, file.display_name()),
      file.id, uint64_t{piece.section} << 32 | address);
}

}  // namespace xld::macho
