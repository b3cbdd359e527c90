// See kept_relocs.h.
#include "formats/elf/kept_relocs.h"

#include <algorithm>
#include <fmt/core.h>

#include "arch/field.h"
#include "formats/elf/frames.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/relocs.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

constexpr uint64_t kPartSize = 256 << 10;
constexpr uint32_t kNoneType = 0;         // R_X86_64_NONE, R_386_NONE
constexpr uint64_t kMerged = UINT64_MAX;  // a shift that depends on the addend

// The type of a relocation of an instruction that was shortened: R_X86_64_PC32 and _32S, R_386_PC32, _GOTOFF and _32.
uint32_t shortened_type(Cpu cpu, GotLoadForm form) {
  const bool is_i386 = cpu == Cpu::I386;
  if (form == GotLoadForm::Immediate) return is_i386 ? 1 : 11;
  return is_i386 && form == GotLoadForm::LoadAddress ? 9 : 2;
}

// Calls visit with a type that is the class of the output, and another that is the form of the records.
template <class Visitor>
auto with_record_type(const Link& link, bool is_rel, Visitor visit) {
  if (link.target().word_size == 8) return is_rel ? visit(Elf64(), Elf64::Rel()) : visit(Elf64(), Elf64::Rela());
  return is_rel ? visit(Elf32(), Elf32::Rel()) : visit(Elf32(), Elf32::Rela());
}

// Reads the relocations of one atom and says what each becomes.
template <class E, class Record>
class Rewriter {
 public:
  Rewriter(const Link& link, const InputFile& file, const Atom& atom)
      : link_(link), file_(file), object_(object_of(file)), atom_(atom) {}

  Record record(uint32_t index) const { return load<Record>(atom_.relocs + size_t{index} * sizeof(Record)); }

  // What a record says in the output, where the atom's first byte is at `address`.
  Record rewrite(uint32_t index, uint64_t address) const {
    const Record input = record(index);
    Record output = input;
    output.offset = static_cast<typename E::Word>(input.offset + address);
    const uint32_t symbol = input.symbol();
    if (symbol == 0) return output;
    if (symbol >= object_.output_symbols.size()) return fail(input, "refers to a symbol that does not exist"), output;
    const uint32_t number = object_.output_symbols[symbol];
    if (number == 0) {
      output.info = E::reloc_info(0, kNoneType);
      if constexpr (requires { output.addend; }) output.addend = 0;
      if (is_code_or_data()) fail(input, "refers to a section that is not part of the output");
      return output;
    }
    output.info = E::reloc_info(number, input.type());
    if constexpr (requires { output.addend; })
      output.addend = static_cast<typename E::SignedWord>(moved_addend(symbol, static_cast<uint64_t>(input.addend)));
    if (link_.applies_relocs()) follow_instruction(index, input, output);
    return output;
  }

  // Fields hold what records without addends cannot: see KeptRelocs::adjust.
  void adjust(MutableBytes out, uint32_t begin, RelocCursor cursor) const {
    const uint64_t tombstone = link_.layout.section(atom_.section).tombstone;
    const bool has_addends = !atom_.has(atom_flag::kImplicitAddends);
    if (has_addends && tombstone == 0) return;
    for (; cursor.next < std::min(cursor.end, atom_.reloc_count); cursor.next++) {
      const Record input = record(cursor.next);
      if (input.offset < begin || input.symbol() == 0 || input.symbol() >= object_.output_symbols.size()) continue;
      const Field field = reloc_meaning(link_.target().cpu, input.type()).field;
      const uint64_t offset = uint64_t{input.offset} - begin;
      if (!contains(out, offset, size_of(field))) {
        if (offset >= out.size()) continue;  // of another part
        fail(input, fmt::format("reaches over the end of its section (size {:#x})", atom_.size));
        continue;
      }
      adjust_field(input, field, out.data() + offset, tombstone);
    }
  }

 private:
  void adjust_field(const Record& input, Field field, uint8_t* place, uint64_t tombstone) const {
    if (object_.output_symbols[input.symbol()] == 0) return write_field(field, place, tombstone);
    const uint64_t shift = shift_of(input.symbol());
    if (shift == 0 || !atom_.has(atom_flag::kImplicitAddends)) return;
    const uint64_t value = static_cast<uint64_t>(read_field(field, place)) + shift;
    if (fits(field, value)) return write_field(field, place, value);
    fail(input, fmt::format("cannot hold {:#x}, the distance from the start of the output's section", value));
  }

  uint64_t moved_addend(uint32_t symbol, uint64_t addend) const {
    const uint64_t shift = shift_of(symbol);
    if (shift != kMerged) return addend + shift;
    // Merged constants have moved each by its own distance; the addend says which one is meant.
    const auto raw = raw_symbol<E>(object_, symbol);
    const Atom& target = link_.atom(object_.atom_of[section_index(object_, symbol, raw)]);
    return link_.address_of(target, raw.value + addend) - link_.layout.section(target.section).address;
  }

  // A load from the GOT that was shortened refers to the symbol itself; what the new instruction would have needed.
  void follow_instruction(uint32_t index, const Record& input, Record& output) const {
    if (!(reloc_meaning(link_.target().cpu, input.type()).hints & hint::kMayShortenGot)) return;
    Reloc reloc;
    RelocCursor cursor{index, index + 1};
    if (link_.format->decode(link_, file_, atom_, cursor, {&reloc, 1}, false) == 0) return;
    const GotLoadForm form = link_.got_load_form(link_, atom_, reloc);
    if (form == GotLoadForm::Keep) return;
    const bool is_immediate = form == GotLoadForm::Immediate;
    output.info = E::reloc_info(output.symbol(), shortened_type(link_.target().cpu, form));
    if (form == GotLoadForm::Jump) output.offset -= 1;
    if constexpr (requires { output.addend; }) output.addend += is_immediate ? typename E::SignedWord(reloc.bias) : 0;
  }

  uint64_t shift_of(uint32_t symbol) const {
    return symbol < object_.local_shifts.size() ? object_.local_shifts[symbol] : 0;
  }

  // What is read at run time has to be right. Debug information of a function that another file provides is passed
  // over by its readers, and unwinders do not ask for landing pads of functions that are not there.
  bool is_code_or_data() const {
    if (!atom_.has(atom_flag::kAllocated) || link_.applies_relocs()) return false;
    return section_facts(link_, object_, atom_.raw).name.find(".gcc_except_table") != 0;
  }

  void fail(const Record& input, std::string_view what) const {
    const uint64_t offset = input.offset;
    link_.diagnostics().error(fmt::format("{}: relocation {} at offset {:#x} of section {}: {}", file_.display_name(),
                                          reloc_name(link_.target().cpu, input.type()), offset,
                                          section_facts(link_, object_, atom_.raw).name, what),
                              file_.id, uint64_t{atom_.raw} << 32 | static_cast<uint32_t>(offset));
  }

  const Link& link_;
  const InputFile& file_;
  const ElfObject& object_;
  const Atom& atom_;
};

// ---- Format::kept

template <class E>
void find_shifts(const Link& link, ElfObject& object) {
  for (uint32_t i = 1; i < object.first_global; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    if (type_of(symbol.info) != STT_SECTION || object.output_symbols[i] == 0) continue;
    const Atom& atom = link.atom(object.atom_of[section_index(object, i, symbol)]);
    object.local_shifts[i] =
        atom.has(atom_flag::kMerge) ? kMerged : atom.address - link.layout.section(atom.section).address;
  }
}

void prepare(Link& link, InputFile& file, uint32_t worker) {
  ElfObject& object = object_of(file);
  if (object.output_symbols.empty()) return;
  object.local_shifts = link.session.arena(worker).allocate_array<uint64_t>(object.first_global);
  std::fill(object.local_shifts.begin(), object.local_shifts.end(), 0);
  link.target().word_size == 8 ? find_shifts<Elf64>(link, object) : find_shifts<Elf32>(link, object);
}

void adjust(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out, uint32_t begin,
            RelocCursor cursor) {
  if (!atom.relocs) return;
  with_record_type(link, atom.has(atom_flag::kImplicitAddends), [&](auto format, auto record) {
    Rewriter<decltype(format), decltype(record)>(link, file, atom).adjust(out, begin, cursor);
  });
}

// ---- symbols

template <class Record>
void mark_targets(const Atom& atom, std::span<uint8_t> is_referenced) {
  for (uint32_t i = 0; i < atom.reloc_count; i++) {
    const uint32_t symbol = load<Record>(atom.relocs + size_t{i} * sizeof(Record)).symbol();
    if (symbol < is_referenced.size()) is_referenced[symbol] = 1;
  }
}

// A group that stays keeps its name.
void mark_signatures(const Link& link, const InputFile& file, std::span<uint8_t> is_referenced) {
  for (const OutputGroup& group : state_of(link).groups) {
    if (group.file != file.id) continue;
    const uint32_t symbol = section_facts(link, object_of(file), group.raw_section).info;
    if (symbol < is_referenced.size()) is_referenced[symbol] = 1;
  }
}

void mark_referenced_symbols_of(const Link& link, InputFile& file, uint32_t worker) {
  ElfObject& object = object_of(file);
  object.is_referenced = link.session.arena(worker).allocate_array<uint8_t>(object.symbol_count);
  std::fill(object.is_referenced.begin(), object.is_referenced.end(), uint8_t{0});
  for (uint32_t i = file.first_atom.value; i < file.first_atom.value + file.atom_count; i++) {
    const Atom& atom = link.atoms[i];
    if (!link.is_live[i] || !atom.relocs) continue;
    with_record_type(link, atom.has(atom_flag::kImplicitAddends),
                     [&](auto, auto record) { mark_targets<decltype(record)>(atom, object.is_referenced); });
  }
  mark_signatures(link, file, object.is_referenced);
}

}  // namespace

const KeptRelocs kKeptRelocs = {.prepare = prepare, .adjust = adjust};

void mark_referenced_symbols(Link& link) {
  const Options& options = link.options();
  const bool keeps_locals =
      options.discard == DiscardMode::None || (options.discard == DiscardMode::Default && !link.applies_relocs());
  const bool keeps_all = options.strip != StripMode::All && keeps_locals && !options.gc_sections &&
                         link.retains_all_names && !link.applies_relocs();
  if (keeps_all) return;
  const auto& files = link.inputs.files;
  parallel_for(link.session.pool, files.size(), 8, [&](size_t begin, size_t end, uint32_t worker) {
    for (size_t i = begin; i < end; i++) mark_referenced_symbols_of(link, *files[i], worker);
  });
}

uint64_t kept_record_size(const Link& link, bool is_rel) {
  return with_record_type(link, is_rel, [](auto, auto record) -> uint64_t { return sizeof(record); });
}

// ---- records of ordinary sections

void KeptRelocsChunk::set_section(SectionId section) {
  section_ = section;
  const uint64_t record_size = kept_record_size(link_, is_rel_);
  if (size() <= kPartSize) return;
  const std::vector<AtomId>& atoms = link_.layout.section(section_).atoms;
  uint64_t position = 0;
  for (uint32_t i = 0; i < atoms.size(); i++) {
    if (parts_.empty() || position - parts_.back().begin >= kPartSize) parts_.push_back({i, position});
    position += link_.atom(atoms[i]).reloc_count * record_size;
  }
}

void KeptRelocsChunk::write_part(size_t part, MutableBytes out) const {
  const std::vector<AtomId>& atoms = link_.layout.section(section_).atoms;
  const size_t first = parts_.empty() ? 0 : parts_[part].first_atom;
  const size_t last = part + 1 < parts_.size() ? parts_[part + 1].first_atom : atoms.size();
  uint8_t* place = out.data();
  with_record_type(link_, is_rel_, [&](auto format, auto form) {
    for (size_t i = first; i < last; i++) {
      const Atom& atom = link_.atom(atoms[i]);
      if (!atom.relocs) continue;
      const Rewriter<decltype(format), decltype(form)> rewriter(link_, link_.inputs.file(atom.file), atom);
      for (uint32_t r = 0; r < atom.reloc_count; r++, place += sizeof(form))
        store(place, rewriter.rewrite(r, atom.address));
    }
  });
}

// ---- records of unwind entries

namespace {

// Calls visit(index) for each relocation that lies in the record.
template <class Record, class Visitor>
void for_each_reloc_in(const Atom& atom, const FrameChunk::Record& record, Visitor visit) {
  if (!atom.relocs) return;
  for (uint32_t i = record.relocs.next; i < std::min(record.relocs.end, atom.reloc_count); i++) {
    const uint64_t offset = load<Record>(atom.relocs + size_t{i} * sizeof(Record)).offset;
    if (offset >= record.input_offset && offset - record.input_offset < record.size) visit(i);
  }
}

}  // namespace

FrameRelocsChunk::FrameRelocsChunk(Link& link, const FrameChunk& frames, bool is_rel)
    : link_(link), frames_(frames), is_rel_(is_rel) {
  alignment = link.target().word_size;
  begins_.push_back(0);
  with_record_type(link, is_rel, [&](auto, auto form) {
    for (size_t part = 0; part < frames.part_count(); part++) {
      uint64_t end = begins_.back();
      frames.for_each_record(part, [&](const FrameChunk::Record& record) {
        for_each_reloc_in<decltype(form)>(link.atom(record.atom), record, [&](uint32_t) { end += sizeof(form); });
      });
      begins_.push_back(end);
    }
  });
}

void FrameRelocsChunk::write_part(size_t part, MutableBytes out) const {
  uint8_t* place = out.data();
  with_record_type(link_, is_rel_, [&](auto format, auto form) {
    using Form = decltype(form);
    frames_.for_each_record(part, [&](const FrameChunk::Record& record) {
      const Atom& atom = link_.atom(record.atom);
      const Rewriter<decltype(format), Form> rewriter(link_, *record.file, atom);
      const uint64_t start = frames_.address + record.offset - record.input_offset;
      for_each_reloc_in<Form>(atom, record, [&](uint32_t i) {
        store(place, rewriter.rewrite(i, start));
        place += sizeof(Form);
      });
    });
  });
}

// ---- sections

KeptRelocSections::KeptRelocSections(Link& link) : link_(link), is_rel_(link.target().cpu == Cpu::I386) {}

void KeptRelocSections::add_for_atoms() {
  const size_t section_count = link_.layout.sections.size();
  relocs_of_.resize(section_count);
  for (size_t i = 0; i < section_count; i++) {
    uint64_t count = 0;
    for (const AtomId id : link_.layout.sections[i].atoms) {
      const Atom& atom = link_.atom(id);
      if (!atom.relocs) continue;
      count += atom.reloc_count;
      if (atom.has(atom_flag::kImplicitAddends) != is_rel_)
        report_section(link_, link_.inputs.file(atom.file), atom.raw,
                       "has relocations of the form (REL or RELA) of another machine");
    }
    if (count == 0) continue;
    chunks_.push_back(add_chunk<KeptRelocsChunk>(link_, link_, SectionId{i}, is_rel_, count));
    add_section(SectionId{i}, chunks_.back());
  }
}

void KeptRelocSections::add_for_frames() {
  if (!state_of(link_).frames) return;
  auto* chunk = add_chunk<FrameRelocsChunk>(link_, link_, *state_of(link_).frames, is_rel_);
  if (chunk->size() == 0) return;
  const std::vector<OutputSection>& sections = link_.layout.sections;
  const auto frames = std::ranges::find_if(sections, [&](const OutputSection& section) {
    return std::ranges::find(section.leading_chunks, state_of(link_).frames) != section.leading_chunks.end();
  });
  relocs_of_.resize(sections.size());
  add_section(SectionId{static_cast<size_t>(frames - sections.begin())}, chunk);
}

void KeptRelocSections::add_section(SectionId subject, Chunk* chunk) {
  relocs_of_[subject.value] = SectionId{link_.layout.sections.size()};
  OutputSection& section = link_.layout.sections.emplace_back();
  const OutputSection& relocated = link_.layout.section(subject);
  section.name = name_for(relocated.name);
  section.type = is_rel_ ? SHT_REL : SHT_RELA;
  section.flags = SHF_INFO_LINK | (relocated.flags & SHF_GROUP);
  section.entry_size = kept_record_size(link_, is_rel_);
  section.subject = subject;
  section.chunks.push_back(chunk);
}

std::string_view KeptRelocSections::name_for(std::string_view relocated) {
  const std::string_view prefix = is_rel_ ? ".rel" : ".rela";
  const std::span<char> text = link_.session.arena().allocate_array<char>(prefix.size() + relocated.size());
  std::copy(relocated.begin(), relocated.end(), std::copy(prefix.begin(), prefix.end(), text.begin()));
  return {text.data(), text.size()};
}

void KeptRelocSections::renumber(std::span<const SectionId> new_index) {
  for (OutputSection& section : link_.layout.sections)
    if (section.subject.is_valid()) section.subject = new_index[section.subject.value];
  for (KeptRelocsChunk* chunk : chunks_) chunk->set_section(new_index[chunk->section().value]);
}

SectionId KeptRelocSections::relocs_of(SectionId section) const {
  return section.value < relocs_of_.size() ? relocs_of_[section.value] : SectionId();
}

}  // namespace xld::elf
