// See unwind_info.h.
//
// __unwind_info is a table of two levels: an index of pages, and pages of at most 4096 bytes whose entries hold a
// distance of 24 bits and the number of an encoding. Encodings that are used most are common to all pages.
#include "formats/macho/unwind_info.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/macho/macho.h"
#include "formats/macho/plan.h"
#include "formats/macho/relocs.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

constexpr uint32_t kHeaderSize = 28, kIndexEntrySize = 12, kLsdaEntrySize = 8;
constexpr uint32_t kPageSize = 4096, kCompressedHeaderSize = 12;
constexpr uint32_t kMostCommon = 127, kMostEncodings = 256, kMostPersonalities = 3;
constexpr uint32_t kHasLsda = 0x40000000, kPersonalityShift = 28;
constexpr uint32_t kDistanceBits = 24;
constexpr uint32_t kFdeMask = 0x00ffffff;

bool is_code_atom(const Link& link, const Atom& atom) {
  const OutputSection& section = link.layout.section(atom.section);
  return (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) && section.type != S_SYMBOL_STUBS;
}

const Slots::Record* personality_slot(const Link& link, const InputFile& file, const UnwindEntry& entry) {
  return entry.personality.is_valid() ? link.slots.record_of(entry.personality)
                                      : link.slots.record_of(file.id, entry.personality_raw);
}

uint64_t slot_address(const Link& link, const InputFile& file, const UnwindEntry& entry) {
  const Slots::Record* record = personality_slot(link, file, entry);
  return record && record->got != Slots::kNone ? link.slots.word_address(record->got) : 0;
}

}  // namespace

// ---- -r

namespace {

// The row of a personality in the output's symbol table.
std::optional<uint32_t> kept_row_of(const Link& link, const InputFile& file, const UnwindEntry& entry) {
  const SymbolTableChunk& symbols = *state_of(link).symbol_table;
  return entry.personality.is_valid() ? symbols.index_of(entry.personality)
                                      : symbols.row_of(file, entry.personality_raw);
}

void append_record(std::vector<uint8_t>& out, uint32_t offset, const RawReloc& raw) {
  out.resize(out.size() + 8);
  store(out.data() + out.size() - 8, offset);
  store(out.data() + out.size() - 4, reloc_word(raw));
}

// i386: GENERIC_RELOC_LOCAL_SECTDIFF and its pair.
void append_difference(std::vector<uint8_t>& out, uint32_t offset, uint64_t minuend, uint64_t subtrahend) {
  const uint32_t words[] = {0xa4000000 | offset, static_cast<uint32_t>(minuend), 0xa1000000,
                            static_cast<uint32_t>(subtrahend)};
  out.resize(out.size() + sizeof(words));
  std::memcpy(out.data() + out.size() - sizeof(words), words, sizeof(words));
}

// Where the file's own table of pointers has one to the personality.
uint64_t kept_pointer_address(const Link& link, const InputFile& file, const UnwindEntry& entry) {
  const MachoObject& object = object_of(file);
  for (const InputSection& section : object.sections) {
    if (section.type() != S_NON_LAZY_SYMBOL_POINTERS || section.subsection_count == 0) continue;
    const AtomId atom = object.subsections[section.first_subsection].atom;
    for (uint64_t i = 0; atom.is_valid() && i < section.size / 4; i++) {
      const auto symbol = xld::read<uint32_t>(object.indirect_symbols, (section.reserved1 + i) * 4);
      const bool is_global = symbol && *symbol >= file.first_global && *symbol < object.symbol_count;
      if (symbol && (is_global ? file.globals[*symbol - file.first_global] == entry.personality
                               : *symbol == entry.personality_raw))
        return link.atom(atom).address + i * 4;
    }
  }
  return 0;
}

}  // namespace

CompactUnwindChunk::CompactUnwindChunk(const Link& link) : link_(link) {
  alignment = link.arch->word_size;
  for (const InputFile* file : link.inputs.files)
    for (const UnwindEntry& entry : object_of(*file).unwind)
      if (link.is_live[entry.function.value]) rows_.push_back({file, &entry});
}

uint64_t CompactUnwindChunk::size() const {
  return rows_.size() * row_size();
}

// What a frame record says is said there.
bool CompactUnwindChunk::has_details(const UnwindEntry& entry) const {
  return (entry.encoding & kUnwindModeMask) != dwarf_mode(link_.target().cpu);
}

void CompactUnwindChunk::write(MutableBytes out) const {
  const uint32_t word = link_.arch->word_size;
  const auto put_address = [&](uint8_t* place, AtomId atom, uint32_t offset) {
    write_field(link_.arch->address_field, place, link_.address_of(link_.atom(atom), offset));
  };
  uint8_t* place = out.data();
  for (const Row& row : rows_) {
    put_address(place, row.entry->function, row.entry->offset);
    store(place + word, row.entry->length);
    store(place + word + 4, row.entry->encoding);
    if (has_details(*row.entry) && row.entry->lsda.is_valid())
      put_address(place + 2 * word + 8, row.entry->lsda, row.entry->lsda_offset);
    place += row_size();
  }
}

void CompactUnwindChunk::append_relocs(std::vector<uint8_t>& out) const {
  const uint32_t word = link_.arch->word_size;
  const auto length = static_cast<uint8_t>(word == 8 ? 3 : 2);
  const auto section_number = [&](AtomId atom) { return link_.layout.section(link_.atom(atom).section).header_index; };
  for (size_t i = rows_.size(); i-- > 0;) {
    const auto place = static_cast<uint32_t>(i * row_size());
    const UnwindEntry& entry = *rows_[i].entry;
    const bool is_full = has_details(entry);
    if (is_full && entry.lsda.is_valid())
      append_record(out, place + 2 * word + 8, {.number = section_number(entry.lsda), .length = length});
    const auto personality = kept_row_of(link_, *rows_[i].file, entry);
    if (is_full && entry.has_personality() && personality)
      append_record(out, place + word + 8, {.number = *personality, .length = length, .is_extern = true});
    append_record(out, place, {.number = section_number(entry.function), .length = length});
  }
}

// ---- which functions need what

UnwindRows::UnwindRows(Link& link) : link_(link) {
  for (const InputFile* file : link.inputs.files) add_file(*file);
  if (!has_entries_) rows.clear();
}

void UnwindRows::add_file(const InputFile& file) {
  const MachoObject& object = object_of(file);
  size_t next = 0;
  if (!object.has_subsections && !object.unwind.empty()) add_undescribed(file);
  for (uint32_t i = 0; i < file.atom_count; i++) {
    const AtomId id{file.first_atom.value + i};
    const Atom& atom = link_.atom(id);
    while (next < object.unwind.size() && object.unwind[next].function < id) next++;
    if (!link_.is_live[id.value] || atom.has(atom_flag::kFolded | atom_flag::kUnwind) ||
        !atom.has(atom_flag::kExecutable))
      continue;
    const bool is_described = next < object.unwind.size() && object.unwind[next].function == id;
    // What is empty (the text of objects that have data only) has its address in common with what follows.
    const bool begins_without = !is_described || object.unwind[next].offset != 0;
    if (atom.size != 0 && begins_without && is_for_code(object, atom)) add_row(file, id, nullptr);
    for (; next < object.unwind.size() && object.unwind[next].function == id; next++)
      add_row(file, id, &object.unwind[next]);
  }
}

// Data among which there are instructions is not followed by anything that is unwound.
bool UnwindRows::is_for_code(const MachoObject& object, const Atom& atom) {
  const InputSection& section = object.sections[object.subsections[atom.raw].section];
  return (section.flags & S_ATTR_PURE_INSTRUCTIONS) || section.segment == "__TEXT";
}

// Where an atom is more than one function: those without an entry do not belong to the one before.
void UnwindRows::add_undescribed(const InputFile& file) {
  const MachoObject& object = object_of(file);
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link_, object, i);
    if (!is_defined_in_section(raw) || (raw.desc & N_ALT_ENTRY)) continue;
    const Subsection* piece = subsection_at(object, raw.sect - 1u, raw.value);
    if (!piece || !piece->atom.is_valid() || !link_.is_live[piece->atom.value] || raw.value <= piece->address) continue;
    const Atom& atom = link_.atom(piece->atom);
    const uint64_t offset = raw.value - piece->address;
    if (!atom.has(atom_flag::kExecutable) || offset >= atom.size) continue;
    if (!is_described(object, piece->atom, offset)) add_row(file, piece->atom, nullptr, static_cast<uint32_t>(offset));
  }
}

bool UnwindRows::is_described(const MachoObject& object, AtomId function, uint64_t offset) {
  const auto after = std::upper_bound(object.unwind.begin(), object.unwind.end(), std::pair(function, offset),
                                      [](const std::pair<AtomId, uint64_t>& place, const UnwindEntry& entry) {
                                        return place < std::pair(entry.function, uint64_t{entry.offset});
                                      });
  if (after == object.unwind.begin()) return false;
  const UnwindEntry& entry = *(after - 1);
  return entry.function == function && offset - entry.offset < std::max<uint64_t>(entry.length, 1);
}

void UnwindRows::add_row(const InputFile& file, AtomId function, const UnwindEntry* entry, uint32_t offset) {
  UnwindRow row;
  row.function = function;
  row.offset = offset;
  row.entry = entry;
  row.file = &file;
  if (entry) {
    has_entries_ = true;
    row.offset = entry->offset;
    row.encoding = entry->encoding;
    row.frame = entry->frame;
    const bool is_in_frame = (entry->encoding & kUnwindModeMask) == dwarf_mode(link_.target().cpu);
    if (is_in_frame && entry->frame == kNoFrame) row.encoding = 0;  // it promised a record that is not there
    if (!is_in_frame && entry->has_personality() && link_.applies_relocs()) add_personality(file, *entry, row);
    // A record names its table itself.
    const bool says_lsda = (row.encoding & kUnwindModeMask) != dwarf_mode(link_.target().cpu);
    if (entry->lsda.is_valid() && says_lsda) row.encoding |= kHasLsda;
  }
  rows.push_back(row);
}

// A function may have a name that others see in one file, and one that they do not in another (ld -r).
std::pair<AtomId, uint64_t> UnwindRows::place_of_personality(const InputFile& file, SymbolId symbol,
                                                             uint32_t raw_symbol_index) const {
  if (symbol.is_valid()) return {link_.symbols.atom(symbol), link_.symbols.value(symbol)};
  const MachoObject& object = object_of(file);
  if (raw_symbol_index >= object.symbol_count) return {};
  const RawSymbol raw = raw_symbol(link_, object, raw_symbol_index);
  if (!is_defined_in_section(raw)) return {};
  const Subsection* piece = subsection_at(object, raw.sect - 1u, raw.value);
  if (!piece) return {};
  if (piece->instead.is_valid()) return {link_.symbols.atom(piece->instead), link_.symbols.value(piece->instead)};
  return {piece->atom, raw.value - piece->address};
}

void UnwindRows::add_personality(const InputFile& file, const UnwindEntry& entry, UnwindRow& row) {
  const uint32_t bits = personality_bits(file, entry);
  if (bits != 0) {
    row.encoding |= bits;
  } else if (entry.spare_frame != kNoFrame) {
    row.frame = entry.spare_frame;  // an FDE has its own
    row.encoding = dwarf_mode(link_.target().cpu);
  } else {
    link_.diagnostics().error(
        fmt::format("too many personalities ({}) for compact unwind to encode, the last one in {}; link parts of the "
                    "output as libraries",
                    kMostPersonalities + 1, file.display_name()),
        file.id);
  }
}

// 0: there is no room for one more.
uint32_t UnwindRows::personality_bits(const InputFile& file, const UnwindEntry& entry) {
  const auto is_same = [&](const SlotOwner& owner) {
    return owner.symbol == entry.personality &&
           (entry.personality.is_valid() || (owner.file == file.id && owner.raw_symbol == entry.personality_raw));
  };
  const auto place = place_of_personality(file, entry.personality, entry.personality_raw);
  const auto is_equal = [&](const SlotOwner& owner) {
    if (is_same(owner)) return true;
    return place.first.is_valid() &&
           place == place_of_personality(link_.inputs.file(owner.file), owner.symbol, owner.raw_symbol);
  };
  auto found = std::find_if(personalities.begin(), personalities.end(), is_equal);
  if (found == personalities.end()) {
    if (personalities.size() == kMostPersonalities) return 0;
    SlotOwner owner;
    owner.symbol = entry.personality;
    owner.file = file.id;
    owner.raw_symbol = entry.personality_raw;
    found = personalities.insert(personalities.end(), owner);
  }
  return static_cast<uint32_t>(found - personalities.begin() + 1) << kPersonalityShift;
}

// ---- __eh_frame

EhFrameChunk::EhFrameChunk(const Link& link, UnwindRows& rows) : link_(link) {
  alignment = link.arch->word_size;
  for (UnwindRow& row : rows.rows) {
    if (row.frame == kNoFrame) continue;
    const Frame& frame = object_of(*row.file).frames[row.frame];
    const uint32_t cie = add_cie(*row.file, frame, *row.entry);
    row.frame_position = size_;
    if ((row.encoding & kUnwindModeMask) == dwarf_mode(link.target().cpu)) row.encoding |= size_ & kFdeMask;
    if (size_ > kFdeMask)
      link.diagnostics().error("__eh_frame is larger than 16 MiB, which unwind tables cannot express");
    records_.push_back({row.file, &frame, &row, size_, cie, nullptr});
    size_ += frame.fde.size;
  }
}

// CIEs that say the same are one.
uint32_t EhFrameChunk::add_cie(const InputFile& file, const Frame& frame, const UnwindEntry& entry) {
  const InputSection& section = object_of(file).sections[object_of(file).frame_section];
  std::string bytes(as_text(file.bytes.subspan(section.file_offset + frame.cie.offset, frame.cie.size)));
  if (frame.cie_facts.personality_offset != 0) {
    const uint32_t at = frame.cie_facts.personality_offset - frame.cie.offset;
    std::fill_n(bytes.begin() + at, encoded_pointer_size(frame.cie_facts.personality_encoding, link_.arch->word_size),
                '\0');
  }
  const bool is_local = entry.has_personality() && !entry.personality.is_valid();
  const auto [found, is_new] = cies_.try_emplace(
      {std::move(bytes), entry.personality.value, entry.personality_raw, is_local ? file.id.value : 0}, size_);
  if (!is_new) return found->second;
  records_.push_back({&file, &frame, nullptr, size_, 0, &entry});
  size_ += frame.cie.size;
  return found->second;
}

void EhFrameChunk::write(MutableBytes out) const {
  for (const Record& record : records_) {
    const InputSection& section = object_of(*record.file).sections[object_of(*record.file).frame_section];
    const EhRecord& input = record.row ? record.frame->fde : record.frame->cie;
    const uint8_t* from = record.file->bytes.data() + section.file_offset + input.offset;
    std::copy_n(from, input.size, out.data() + record.position);
    if (record.row) {
      write_fde(record, out);
    } else {
      write_cie(record, out);
    }
  }
}

void EhFrameChunk::write_pointer(uint8_t encoding, uint64_t place, uint64_t value, uint8_t* out) const {
  if ((encoding & eh_pointer::kBaseMask) == eh_pointer::kRelativeToPlace) value -= place;
  switch (encoded_pointer_size(encoding, link_.arch->word_size)) {
    case 8:
      return store<uint64_t>(out, value);
    case 4:
      if (link_.arch->word_size == 8 && value != static_cast<uint64_t>(static_cast<int32_t>(value)))
        link_.diagnostics().error(fmt::format("__eh_frame: {:#x} is out of reach of its record", value));
      return store<uint32_t>(out, static_cast<uint32_t>(value));
    default:
      return link_.diagnostics().error("__eh_frame: a pointer has a size that is not supported");
  }
}

void EhFrameChunk::write_cie(const Record& record, MutableBytes out) const {
  const CieFacts& facts = record.frame->cie_facts;
  if (facts.personality_offset == 0) return;
  const uint32_t at = record.position + facts.personality_offset - record.frame->cie.offset;
  write_pointer(facts.personality_encoding, address + at, personality_value(record, address + at), out.data() + at);
}

// With -r: on i386 the pointer of the object's own table, else what a record of a slot adds to it: x86-64 counts from
// the end of the field.
uint64_t EhFrameChunk::personality_value(const Record& record, uint64_t place) const {
  if (link_.applies_relocs()) return slot_address(link_, *record.file, *record.personality);
  if (link_.target().cpu == Cpu::I386) return kept_pointer_address(link_, *record.file, *record.personality);
  return place + (link_.target().cpu == Cpu::X86_64 ? 4 : 0);
}

void EhFrameChunk::append_relocs(std::vector<uint8_t>& out) const {
  for (auto record = records_.rbegin(); record != records_.rend(); ++record)
    if (!record->row && record->frame->cie_facts.personality_offset != 0) append_personality(*record, out);
}

void EhFrameChunk::append_personality(const Record& record, std::vector<uint8_t>& out) const {
  constexpr uint8_t kX86Got = 4, kArmPointerToGot = 7;
  constexpr uint8_t kUsual = eh_pointer::kIndirect | eh_pointer::kRelativeToPlace | 0xb;  // and 4 bytes with a sign
  const uint32_t place = record.position + record.frame->cie_facts.personality_offset - record.frame->cie.offset;
  const auto symbol = kept_row_of(link_, *record.file, *record.personality);
  if (!symbol || record.frame->cie_facts.personality_encoding != kUsual) {
    link_.diagnostics().error(
        fmt::format("{}: section (__TEXT,__eh_frame): the personality's pointer has a form that -r cannot keep",
                    record.file->display_name()),
        record.file->id);
  } else if (link_.target().cpu == Cpu::I386) {
    append_difference(out, place, kept_pointer_address(link_, *record.file, *record.personality), address + place);
  } else {
    append_record(out, place,
                  {.number = *symbol,
                   .type = link_.target().cpu == Cpu::X86_64 ? kX86Got : kArmPointerToGot,
                   .length = 2,
                   .is_pc_relative = true,
                   .is_extern = true});
  }
}

void EhFrameChunk::write_fde(const Record& record, MutableBytes out) const {
  const Frame& frame = *record.frame;
  const auto at = [&](uint32_t offset) { return record.position + offset - frame.fde.offset; };
  constexpr uint32_t kIdOffset = 4;
  store<uint32_t>(out.data() + record.position + kIdOffset, record.position + kIdOffset - record.cie);
  const uint64_t function = link_.atom(record.row->function).address + record.row->offset;
  const uint32_t pc_begin = at(frame.fde_facts.pc_begin_offset);
  write_pointer(frame.cie_facts.fde_encoding, address + pc_begin, function, out.data() + pc_begin);
  const UnwindEntry& entry = *record.row->entry;
  if (frame.fde_facts.lsda_offset == 0 || !entry.lsda.is_valid()) return;
  const uint32_t lsda = at(frame.fde_facts.lsda_offset);
  write_pointer(frame.cie_facts.lsda_encoding, address + lsda,
                link_.address_of(link_.atom(entry.lsda), entry.lsda_offset), out.data() + lsda);
}

// ---- __unwind_info

uint64_t UnwindInfoChunk::size() const {
  if (!is_prepared_) prepare();
  return size_;
}

// Atoms have their offsets in their sections already; their addresses follow without changing the order.
void UnwindInfoChunk::prepare() const {
  is_prepared_ = true;
  order_rows();
  count_encodings();
  make_pages();
  size_ = header_size();
  for (const Page& page : pages_) size_ += page.size();
}

// It counts from the function's start: to its record, or, on x86, to the instruction that says how large the frame is.
bool UnwindInfoChunk::depends_on_place(uint32_t encoding) const {
  constexpr uint32_t kFrameSizeInCode = 0x03000000;
  const uint32_t mode = encoding & kUnwindModeMask;
  return mode == dwarf_mode(link_.target().cpu) || (link_.target().cpu != Cpu::Arm64 && mode == kFrameSizeInCode);
}

void UnwindInfoChunk::order_rows() const {
  struct Placed {
    uint32_t section = 0;
    uint64_t address = 0;
    const UnwindRow* row = nullptr;
  };
  std::vector<Placed> all;
  all.reserve(rows_.rows.size());
  for (const UnwindRow& row : rows_.rows) {
    const Atom& atom = link_.atom(row.function);
    if (is_code_atom(link_, atom)) all.push_back({atom.section.value, atom.address + row.offset, &row});
  }
  const auto before = [](const Placed& a, const Placed& b) {
    return std::tie(a.section, a.address) < std::tie(b.section, b.address);
  };
  if (!std::is_sorted(all.begin(), all.end(), before)) std::stable_sort(all.begin(), all.end(), before);
  // Neighbours that are unwound alike need one entry.
  for (const Placed& placed : all) {
    const UnwindRow* row = placed.row;
    const bool is_plain = !is_lsda_row(*row) && !depends_on_place(row->encoding);
    const bool repeats =
        !order_.empty() && is_plain && !is_lsda_row(*order_.back()) && order_.back()->encoding == row->encoding;
    if (!repeats) order_.push_back(row);
  }
}

// The commonest encodings stand in one table for all pages.
void UnwindInfoChunk::count_encodings() const {
  std::map<uint32_t, uint32_t> counts;
  for (const UnwindRow* row : order_)
    if ((row->encoding & kUnwindModeMask) != dwarf_mode(link_.target().cpu)) counts[row->encoding]++;
  std::vector<std::pair<uint32_t, uint32_t>> by_count(counts.begin(), counts.end());
  std::ranges::sort(by_count, std::greater(), [](const auto& entry) { return std::pair(entry.second, entry.first); });
  for (const auto& [encoding, count] : by_count)
    if (common_.size() < kMostCommon) common_.push_back(encoding);
}

uint32_t UnwindInfoChunk::Page::size() const {
  return kCompressedHeaderSize + (last - first + static_cast<uint32_t>(encodings.size())) * 4;
}

void UnwindInfoChunk::make_pages() const {
  for (uint32_t i = 0; i < order_.size();) {
    Page& page = pages_.emplace_back();
    page.first = page.last = i;
    fill_page(page);
    i = page.last;
  }
}

void UnwindInfoChunk::fill_page(Page& page) const {
  const UnwindRow& first = *order_[page.first];
  const SectionId section = link_.atom(first.function).section;
  const uint64_t start = link_.atom(first.function).address + first.offset;
  while (page.last < order_.size()) {
    const UnwindRow& row = *order_[page.last];
    const Atom& atom = link_.atom(row.function);
    if (atom.section != section || (atom.address + row.offset - start) >> kDistanceBits != 0) return;
    const bool is_known = std::find(common_.begin(), common_.end(), row.encoding) != common_.end() ||
                          std::find(page.encodings.begin(), page.encodings.end(), row.encoding) != page.encodings.end();
    const uint32_t needed = page.size() + (is_known ? 4 : 8);
    if (needed > kPageSize || (!is_known && common_.size() + page.encodings.size() == kMostEncodings)) return;
    if (!is_known) page.encodings.push_back(row.encoding);
    page.last++;
  }
}

uint64_t UnwindInfoChunk::header_size() const {
  const auto lsdas =
      std::count_if(order_.begin(), order_.end(), [&](const UnwindRow* row) { return is_lsda_row(*row); });
  return kHeaderSize + common_.size() * 4 + rows_.personalities.size() * 4 + (pages_.size() + 1) * kIndexEntrySize +
         static_cast<uint64_t>(lsdas) * kLsdaEntrySize;
}

uint64_t UnwindInfoChunk::address_of(const UnwindRow& row) const {
  return link_.atom(row.function).address + row.offset;
}

uint32_t UnwindInfoChunk::encoding_index(const Page& page, uint32_t encoding) const {
  const auto found = std::find(common_.begin(), common_.end(), encoding);
  if (found != common_.end()) return static_cast<uint32_t>(found - common_.begin());
  const auto own = std::find(page.encodings.begin(), page.encodings.end(), encoding);
  return static_cast<uint32_t>(common_.size() + static_cast<size_t>(own - page.encodings.begin()));
}

void UnwindInfoChunk::write_page(const Page& page, uint8_t* out) const {
  const auto count = static_cast<uint16_t>(page.last - page.first);
  store<uint32_t>(out, 3);  // UNWIND_SECOND_LEVEL_COMPRESSED
  store<uint16_t>(out + 4, kCompressedHeaderSize);
  store<uint16_t>(out + 6, count);
  store<uint16_t>(out + 8, static_cast<uint16_t>(kCompressedHeaderSize + count * 4));
  store<uint16_t>(out + 10, static_cast<uint16_t>(page.encodings.size()));
  uint8_t* place = out + kCompressedHeaderSize;
  const uint64_t start = address_of(*order_[page.first]);
  for (uint32_t i = page.first; i < page.last; i++, place += 4) {
    const auto distance = static_cast<uint32_t>(address_of(*order_[i]) - start);
    store<uint32_t>(place, encoding_index(page, order_[i]->encoding) << kDistanceBits | distance);
  }
  for (const uint32_t encoding : page.encodings) {
    store<uint32_t>(place, encoding);
    place += 4;
  }
}

void UnwindInfoChunk::write(MutableBytes out) const {
  const uint64_t header = link_.layout.plan.base_address;
  const auto offset_of = [&](uint64_t target) { return static_cast<uint32_t>(target - header); };
  uint8_t* place = out.data() + kHeaderSize;
  const auto position = [&] { return static_cast<uint32_t>(place - out.data()); };
  const auto put = [&](uint32_t value) {
    store(place, value);
    place += 4;
  };
  const uint32_t common_offset = position();
  for (const uint32_t encoding : common_) put(encoding);
  const uint32_t personality_offset = position();
  for (const SlotOwner& owner : rows_.personalities) {
    const Slots::Record* record = owner.symbol.is_valid() ? link_.slots.record_of(owner.symbol)
                                                          : link_.slots.record_of(owner.file, owner.raw_symbol);
    put(record && record->got != Slots::kNone ? offset_of(link_.slots.word_address(record->got)) : 0);
  }
  const uint32_t index_offset = position();
  uint8_t* lsda = place + (pages_.size() + 1) * kIndexEntrySize;
  auto page_offset = static_cast<uint32_t>(header_size());
  for (const Page& page : pages_) {
    put(offset_of(address_of(*order_[page.first])));
    put(page_offset);
    put(static_cast<uint32_t>(lsda - out.data()));
    for (uint32_t i = page.first; i < page.last; i++) {
      if (!is_lsda_row(*order_[i])) continue;
      const UnwindEntry& entry = *order_[i]->entry;
      store(lsda, offset_of(address_of(*order_[i])));
      store(lsda + 4, offset_of(link_.address_of(link_.atom(entry.lsda), entry.lsda_offset)));
      lsda += kLsdaEntrySize;
    }
    write_page(page, out.data() + page_offset);
    page_offset += page.size();
  }
  // The end of the last function, and no page.
  const UnwindRow* last = nullptr;
  for (const UnwindRow& row : rows_.rows)
    if (!last || address_of(row) > address_of(*last)) last = &row;
  if (last) put(offset_of(link_.atom(last->function).address + link_.atom(last->function).size));
  put(0);
  put(static_cast<uint32_t>(lsda - out.data()));
  const uint32_t fields[] = {1,
                             common_offset,
                             static_cast<uint32_t>(common_.size()),
                             personality_offset,
                             static_cast<uint32_t>(rows_.personalities.size()),
                             index_offset,
                             static_cast<uint32_t>(pages_.size() + 1)};
  for (size_t i = 0; i < std::size(fields); i++) store(out.data() + i * 4, fields[i]);
}

}  // namespace xld::macho
