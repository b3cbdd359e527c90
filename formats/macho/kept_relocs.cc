// See kept_relocs.h. Conventions of fields and records: decode.cc.
//
// The records of a section stand in descending order of their places, as assemblers write them: Apple's linkers fail on
// others.
#include "formats/macho/kept_relocs.h"

#include <algorithm>
#include <fmt/core.h>

#include "arch/field.h"
#include "formats/macho/decode.h"
#include "formats/macho/object.h"
#include "formats/macho/relocs.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/macho/unwind_info.h"

namespace xld::macho {

namespace {

// A record or a pair as it is in the output, and what its field holds.
struct KeptGroup {
  uint32_t offset = 0;  // in the atom
  uint32_t word_count = 0;
  uint32_t words[4] = {};
  Field field = Field::None;  // None: an instruction, which holds nothing
  uint64_t value = 0;
};

// What a record refers to by number.
struct Number {
  uint32_t number = 0;
  bool is_extern = false;
};

class Rewriter {
 public:
  Rewriter(const Link& link, const InputFile& file, const Atom& atom, bool reports)
      : link_(link),
        file_(file),
        object_(object_of(file)),
        atom_(atom),
        piece_(object_.subsections[atom.raw]),
        cpu_(link.target().cpu),
        section_address_(link.layout.section(atom.section).address),
        reports_(reports) {}

  // Calls visit for each group of the cursor's range that is well-formed.
  template <class Visitor>
  void for_each_group(RelocCursor cursor, Visitor visit) {
    cursor.end = std::min(cursor.end, piece_.reloc_count);
    while (cursor.next < cursor.end) {
      const uint32_t count = std::min(reloc_group_size(cpu_, raw_at(cursor.next)), cursor.end - cursor.next);
      KeptGroup group;
      if (rewrite(cursor.next, count, group)) visit(group);
      cursor.next += count;
    }
  }

 private:
  RawReloc raw_at(uint32_t position) const { return piece_reloc(cpu_, object_, piece_, position); }

  bool rewrite(uint32_t position, uint32_t count, KeptGroup& group) {
    Reloc relocs[2];
    RelocCursor cursor{position, position + count};
    if (link_.format->decode(link_, file_, atom_, cursor, std::span(relocs), reports_) == 0) return false;
    const RawReloc first = raw_at(position);
    group.offset = relocs[0].offset;
    switch (reloc_meaning(cpu_, first.type).form) {
      case RelocForm::Addend:
        return rewrite_with_addend(first, raw_at(position + 1), relocs[0], group);
      case RelocForm::Subtractor:
        return rewrite_subtractor(first, raw_at(position + 1), relocs, group);
      case RelocForm::SectionDifference:
        return rewrite_difference(first, raw_at(position + 1), relocs, group);
      default:
        return rewrite_plain(first, relocs[0], group);
    }
  }

  // ---- the forms

  bool rewrite_plain(const RawReloc& raw, const Reloc& reloc, KeptGroup& group) {
    Number number;
    if (!find_number(raw, reloc, number)) return false;
    const bool is_instruction = reloc_meaning(cpu_, raw.type).field != Field::None;
    if (is_instruction) return check_instruction(raw, reloc, number, 0) && add(raw, number, group);
    const uint64_t address = target_address(reloc);
    set_value(raw, reloc, number_value(raw, reloc, number, address), group);
    if (raw.is_scattered && !number.is_extern && offset_of(group) < kScatteredReach)
      return add_scattered(raw, address, group);
    return add(raw, number, group);
  }

  bool rewrite_with_addend(const RawReloc& first, const RawReloc& second, const Reloc& reloc, KeptGroup& group) {
    constexpr uint32_t kSign = 1 << 23;
    Number number;
    if (!find_number(second, reloc, number)) return false;
    const int64_t addend = static_cast<int64_t>(first.number ^ kSign) - int64_t{kSign};
    return check_instruction(second, reloc, number, addend) && add(first, {first.number, false}, group) &&
           add(second, number, group);
  }

  bool rewrite_subtractor(const RawReloc& first, const RawReloc& second, const Reloc* relocs, KeptGroup& group) {
    Number subtrahend, minuend;
    if (!find_number(first, relocs[1], subtrahend) || !find_number(second, relocs[0], minuend)) return false;
    if (!subtrahend.is_extern) return fail(first, "subtracts what has no symbol in the output");
    const uint64_t base = minuend.is_extern ? 0 : target_address(relocs[0]);
    set_value(second, relocs[0], base + static_cast<uint64_t>(relocs[0].addend), group);
    return add(first, subtrahend, group) && add(second, minuend, group);
  }

  bool rewrite_difference(const RawReloc& first, const RawReloc& second, const Reloc* relocs, KeptGroup& group) {
    const uint64_t minuend = target_address(relocs[0]), subtrahend = target_address(relocs[1]);
    set_value(first, relocs[0], minuend + static_cast<uint64_t>(relocs[0].addend) - subtrahend, group);
    if (offset_of(group) >= kScatteredReach)
      return fail(first, "is beyond the 16 MiB that a record of a difference reaches; link fewer files with -r");
    RawReloc pair = second;
    pair.address = 0;
    add_scattered(first, minuend, group);
    append(group, scattered_word(pair, 0), static_cast<uint32_t>(subtrahend));
    return true;
  }

  // ---- what records refer to

  bool find_number(const RawReloc& raw, const Reloc& reloc, Number& number) {
    const SymbolTableChunk& symbols = *state_of(link_).symbol_table;
    if (raw.is_extern) {
      if (const auto row = symbols.row_of(file_, raw.number)) return number = {*row, true}, true;
    }
    switch (reloc.target_kind) {
      case TargetKind::Symbol:
        if (const auto row = symbols.index_of(reloc.symbol())) return number = {*row, true}, true;
        return fail(raw, "refers to a name that the output does not have");
      case TargetKind::Atom:
        number = {link_.layout.section(link_.atom(reloc.atom()).section).header_index, false};
        return number.number != 0 || fail(raw, "refers to a section that is not part of the output");
      case TargetKind::Absolute:
        return true;  // R_ABS
      case TargetKind::Discarded:
        break;
    }
    return fail(raw, "refers to a section that is not part of the output");
  }

  uint64_t target_address(const Reloc& reloc) const {
    switch (reloc.target_kind) {
      case TargetKind::Atom:
        return link_.address_of(link_.atom(reloc.atom()), static_cast<uint64_t>(reloc.value));
      case TargetKind::Symbol:
        return reloc.target < link_.symbol_addresses.size() ? link_.symbol_addresses[reloc.target] : 0;
      default:
        return static_cast<uint64_t>(reloc.value);
    }
  }

  // ---- fields

  uint64_t place_of(const Reloc& reloc) const { return atom_.address + reloc.offset; }

  uint64_t number_value(const RawReloc& raw, const Reloc& reloc, const Number& number, uint64_t address) const {
    const auto addend = static_cast<uint64_t>(reloc.addend);
    if (!number.is_extern) return address + addend - (raw.is_pc_relative ? place_of(reloc) : 0);
    if (!raw.is_pc_relative) return addend;
    if (cpu_ == Cpu::I386 && reloc.want != Want::GotSlot) return addend - place_of(reloc);
    return addend + std::min<uint64_t>(size_of(reloc.field), reloc.bias);
  }

  void set_value(const RawReloc& raw, const Reloc& reloc, uint64_t value, KeptGroup& group) {
    group.field = reloc.field;
    group.value = value;
    if (!fits(reloc.field, value)) fail(raw, fmt::format("cannot hold {:#x}, its distance in the output", value));
  }

  // Instructions have no room for what a definition in another place adds.
  bool check_instruction(const RawReloc& raw, const Reloc& reloc, const Number& number, int64_t addend) {
    if (number.is_extern && reloc.addend == addend) return true;
    return fail(raw, "refers to a local label in a function that another file defines");
  }

  // ---- records

  static constexpr uint32_t kScatteredReach = 1 << 24;

  uint32_t offset_of(const KeptGroup& group) const {
    return static_cast<uint32_t>(atom_.address - section_address_ + group.offset);
  }

  static void append(KeptGroup& group, uint32_t first, uint32_t second) {
    group.words[group.word_count++] = first;
    group.words[group.word_count++] = second;
  }

  bool add(const RawReloc& raw, const Number& number, KeptGroup& group) {
    constexpr uint32_t kMostNumbers = 1 << 24;
    if (number.number >= kMostNumbers) return fail(raw, "cannot count more than 16 million symbols");
    append(group, offset_of(group),
           reloc_word({.number = number.number,
                       .type = raw.type,
                       .length = raw.length,
                       .is_pc_relative = raw.is_pc_relative,
                       .is_extern = number.is_extern}));
    return true;
  }

  static uint32_t scattered_word(const RawReloc& raw, uint32_t offset) {
    return 1u << 31 | uint32_t{raw.is_pc_relative} << 30 | uint32_t{raw.length} << 28 | uint32_t{raw.type} << 24 |
           offset;
  }

  bool add_scattered(const RawReloc& raw, uint64_t address, KeptGroup& group) {
    append(group, scattered_word(raw, offset_of(group)), static_cast<uint32_t>(address));
    return true;
  }

  bool fail(const RawReloc& raw, std::string_view what) const {
    if (reports_)
      report_raw_reloc(link_, file_, piece_, raw.address, fmt::format("{} {}", reloc_name(cpu_, raw.type), what));
    return false;
  }

  const Link& link_;
  const InputFile& file_;
  const MachoObject& object_;
  const Atom& atom_;
  const Subsection& piece_;
  Cpu cpu_;
  uint64_t section_address_;
  bool reports_;
};

// Nothing to look up: a record is translated with what the symbol table knows.
void prepare(Link& /*link*/, InputFile& /*file*/, uint32_t /*worker*/) {}

// Malformed records were reported when the tables were made.
void adjust(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out, uint32_t begin,
            RelocCursor cursor) {
  Rewriter(link, file, atom, false).for_each_group(cursor, [&](const KeptGroup& group) {
    if (group.field == Field::None || group.offset < begin) return;
    const uint64_t offset = group.offset - begin;
    if (contains(out, offset, size_of(group.field))) write_field(group.field, out.data() + offset, group.value);
  });
}

void append_atom(const Link& link, AtomId id, std::vector<uint8_t>& out) {
  const Atom& atom = link.atom(id);
  if (!atom.relocs) return;
  std::vector<KeptGroup> groups;
  Rewriter(link, link.inputs.file(atom.file), atom, true).for_each_group(RelocCursor(), [&](const KeptGroup& group) {
    groups.push_back(group);
  });
  std::stable_sort(groups.begin(), groups.end(),
                   [](const KeptGroup& a, const KeptGroup& b) { return a.offset > b.offset; });
  for (const KeptGroup& group : groups) {
    const size_t size = out.size();
    out.resize(size + group.word_count * 4);
    for (uint32_t i = 0; i < group.word_count; i++) store(out.data() + size + i * 4, group.words[i]);
  }
}

}  // namespace

const KeptRelocs kKeptRelocs = {.prepare = prepare, .adjust = adjust};

void build_kept_relocs(Link& link) {
  MachoState& state = state_of(link);
  const auto& sections = link.layout.sections;
  parallel_for(link.session.pool, sections.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      TableChunk* table = state.kept_relocs[i];
      if (!table) continue;
      for (auto atom = sections[i].atoms.rbegin(); atom != sections[i].atoms.rend(); ++atom)
        append_atom(link, *atom, table->bytes);
    }
  });
  if (state.compact_unwind) state.compact_unwind->append_relocs(state.compact_unwind_relocs->bytes);
  if (state.eh_frames) state.eh_frames->append_relocs(state.eh_frame_relocs->bytes);
}

}  // namespace xld::macho
