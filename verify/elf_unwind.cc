// Rules about .eh_frame and .eh_frame_hdr (LSB 5, "Exception Frames"; DWARF 5 §6.4 and §7.24 for pointer encodings).
//
// Only what a linker decides is judged: the chain of records, the pointers it relocated, the table it made.
// Instructions of the records are the compiler's.
#include <algorithm>
#include <map>
#include <vector>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

// DW_EH_PE_*
constexpr uint8_t kOmit = 0xff, kFormatMask = 0x0f, kApplicationMask = 0x70, kPcRelative = 0x10, kDataRelative = 0x30;
constexpr uint8_t kSigned4 = 0x0b;

// A reader that remembers whether it ran over the end; the fields it then returns are 0.
class Cursor {
 public:
  Cursor(Bytes bytes, uint64_t offset) : bytes_(bytes), offset_(offset) {}

  uint64_t offset() const { return offset_; }
  bool failed() const { return failed_; }

  template <class T>
  T take() {
    const auto value = read<T>(bytes_, offset_);
    failed_ |= !value;
    offset_ += sizeof(T);
    return value.value_or(0);
  }

  uint64_t take_uleb() {
    uint64_t value = 0;
    for (uint32_t shift = 0; !failed_; shift += 7) {
      const auto byte = take<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }

  std::string_view take_string() {
    const auto text = c_string_at(bytes_, offset_);
    failed_ |= !text;
    offset_ += text ? text->size() + 1 : 0;
    return text.value_or("");
  }

  // The number of a DW_EH_PE encoding without what it is relative to.
  uint64_t take_encoded(uint8_t encoding, uint32_t word) {
    switch (encoding & kFormatMask) {
      case 0x00:
        return word == 8 ? take<uint64_t>() : take<uint32_t>();
      case 0x02:
        return take<uint16_t>();
      case 0x03:
        return take<uint32_t>();
      case 0x04:
        return take<uint64_t>();
      case 0x0a:
        return static_cast<uint64_t>(int64_t{take<int16_t>()});
      case 0x0b:
        return static_cast<uint64_t>(int64_t{take<int32_t>()});
      case 0x0c:
        return take<uint64_t>();
      default:
        failed_ = true;
        return 0;
    }
  }

 private:
  Bytes bytes_;
  uint64_t offset_;
  bool failed_ = false;
};

struct Fde {
  uint64_t offset;       // in .eh_frame
  uint64_t start, size;  // of the code it describes
};

struct FrameTable {
  std::vector<Fde> fdes;
  std::map<uint64_t, uint8_t> cie_encodings;  // by offset in the section: how FDEs of the CIE write addresses
};

uint64_t truncate_to_word(const ElfFile& file, uint64_t value) {
  return file.is_64 ? value : value & UINT32_MAX;
}

// DW_EH_PE_omit if the augmentation has no 'R' and absolute addresses follow; nothing if it cannot be read.
std::optional<uint8_t> read_cie_encoding(const ElfFile& file, Bytes record) {
  Cursor cursor(record, 0);
  const auto version = cursor.take<uint8_t>();
  if (version != 1 && version != 3) return std::nullopt;
  const std::string_view augmentation = cursor.take_string();
  if (!augmentation.starts_with('z')) return augmentation.empty() ? std::optional<uint8_t>(0) : std::nullopt;
  cursor.take_uleb();  // code alignment factor
  cursor.take_uleb();  // data alignment factor; signed, but as long
  if (version == 1) {
    cursor.take<uint8_t>();
  } else {
    cursor.take_uleb();
  }
  cursor.take_uleb();  // length of the augmentation data
  uint8_t encoding = 0;
  for (const char letter : augmentation.substr(1)) {
    if (letter == 'R') encoding = cursor.take<uint8_t>();
    if (letter == 'L') cursor.take<uint8_t>();
    if (letter == 'P') {
      const auto personality_encoding = cursor.take<uint8_t>();
      cursor.take_encoded(personality_encoding, file.word());
    }
  }
  return cursor.failed() ? std::nullopt : std::optional(encoding);
}

// One record's body, behind its length word.
void read_record(const ElfFile& file, const Section& s, uint64_t offset, Bytes body, FrameTable& table,
                 Report& report) {
  const uint32_t id = read<uint32_t>(body, 0).value_or(0);
  const uint64_t id_offset = offset + 4;
  if (id == 0) {
    const auto encoding = read_cie_encoding(file, body.subspan(4));
    if (!encoding) return report.add("{}+{:#x}: cannot read this CIE", describe(s), offset);
    table.cie_encodings[offset] = *encoding;
    return;
  }
  const auto cie = table.cie_encodings.find(id_offset - id);
  if (id > id_offset || cie == table.cie_encodings.end()) {
    return report.add("{}+{:#x}: CIE pointer {:#x} leads to no CIE", describe(s), offset, id);
  }
  Cursor cursor(body, 4);
  const uint64_t place = s.address + id_offset + 4;
  uint64_t start = cursor.take_encoded(cie->second, file.word());
  if ((cie->second & kApplicationMask) == kPcRelative) start += place;
  const uint64_t size = cursor.take_encoded(cie->second & kFormatMask, file.word());
  if (cursor.failed()) return report.add("{}+{:#x}: FDE is too short", describe(s), offset);
  table.fdes.push_back({offset, truncate_to_word(file, start), truncate_to_word(file, size)});
}

FrameTable read_frames(const ElfFile& file, const Section& s, Report& report) {
  FrameTable table;
  for (uint64_t offset = 0; offset < s.contents.size();) {
    const auto length = read<uint32_t>(s.contents, offset);
    if (!length) {
      report.add("{}+{:#x}: {} stray bytes", describe(s), offset, s.contents.size() - offset);
      break;
    }
    if (*length == 0) {
      // crtend.o brings the terminator; what follows it would never be found by a reader without .eh_frame_hdr.
      const bool is_last = offset + 4 == s.contents.size();
      if (!is_last && !file.is_relocatable()) report.add("{}+{:#x}: data follow the terminator", describe(s), offset);
      if (!file.is_relocatable()) break;
      offset += 4;
      continue;
    }
    const auto body = slice(s.contents, offset + 4, *length);
    if (!body || *length < 4) {
      report.add("{}+{:#x}: record of length {:#x} does not fit", describe(s), offset, *length);
      break;
    }
    read_record(file, s, offset, *body, table, report);
    offset += 4 + uint64_t{*length};
  }
  return table;
}

const Section* find_frames(const ElfFile& file) {
  const Section* s = file.find_section(".eh_frame");
  return s && !s->contents.empty() ? s : nullptr;
}

void check_frames(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.name == ".eh_frame") read_frames(file, s, report);
  }
}

// An FDE of size 0 describes nothing and may point anywhere.
void check_frame_ranges(const ElfFile& file, Report& report) {
  const Section* s = find_frames(file);
  if (!s) return;
  Report unused(report.settings());
  for (const Fde& fde : read_frames(file, *s, unused).fdes) {
    if (fde.size == 0) continue;
    const Segment* load = file.load_at(fde.start, fde.size);
    if (!load || !load->is_executable()) {
      report.add("{}+{:#x}: FDE of {:#x}, size {:#x}, describes no code", describe(*s), fde.offset, fde.start,
                 fde.size);
    }
  }
}

void check_header_shape(const ElfFile& file, Report& report) {
  const Segment* segment = file.find_segment(ELF::PT_GNU_EH_FRAME);
  if (!segment) return;
  const Section* frames = find_frames(file);
  Cursor cursor(segment->contents, 0);
  const auto version = cursor.take<uint8_t>();
  const auto pointer_encoding = cursor.take<uint8_t>();
  cursor.take<uint16_t>();  // encodings of count and table
  if (version != 1) return report.add("{}: version {}", describe(*segment), version);
  const uint64_t place = segment->address + cursor.offset();
  uint64_t pointer = cursor.take_encoded(pointer_encoding, file.word());
  if ((pointer_encoding & kApplicationMask) == kPcRelative) pointer += place;
  pointer = truncate_to_word(file, pointer);
  if (frames && pointer != frames->address) {
    report.add("{}: points to {:#x}, {} is at {:#x}", describe(*segment), pointer, describe(*frames), frames->address);
  }
}

struct HeaderEntry {
  uint64_t start, fde;
};

// The table of a header with the encodings every linker uses; empty if it has none.
std::vector<HeaderEntry> read_header(const ElfFile& file, const Segment& segment, Report& report) {
  Cursor cursor(segment.contents, 1);
  const auto pointer_encoding = cursor.take<uint8_t>();
  const auto count_encoding = cursor.take<uint8_t>();
  const auto table_encoding = cursor.take<uint8_t>();
  cursor.take_encoded(pointer_encoding, file.word());
  if (count_encoding == kOmit || table_encoding == kOmit) return {};
  if (table_encoding != (kDataRelative | kSigned4)) {
    report.add("{}: table encoding {:#x} is not sdata4 relative to the header", describe(segment), table_encoding);
    return {};
  }
  const uint64_t count = cursor.take_encoded(count_encoding, file.word());
  if (cursor.failed() || count > (segment.contents.size() - cursor.offset()) / 8) {
    report.add("{}: {} entries do not fit", describe(segment), count);
    return {};
  }
  std::vector<HeaderEntry> entries(count);
  for (HeaderEntry& entry : entries) {
    entry.start = truncate_to_word(file, segment.address + static_cast<uint64_t>(int64_t{cursor.take<int32_t>()}));
    entry.fde = truncate_to_word(file, segment.address + static_cast<uint64_t>(int64_t{cursor.take<int32_t>()}));
  }
  return entries;
}

// lld and mold keep one entry where folded functions share an address; so the count is that of distinct addresses at
// least and that of FDEs at most. FDEs of size 0 are left out by some.
void check_header_count(const ElfFile& file, const std::vector<HeaderEntry>& entries, const std::vector<Fde>& fdes,
                        Report& report) {
  std::vector<uint64_t> starts;
  for (const Fde& fde : fdes) {
    if (fde.size != 0) starts.push_back(fde.start);
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  if (entries.size() < starts.size() || entries.size() > fdes.size()) {
    report.add("{}: {} entries for {} FDEs of {} functions", describe(*file.find_segment(ELF::PT_GNU_EH_FRAME)),
               entries.size(), fdes.size(), starts.size());
  }
}

void check_header_table(const ElfFile& file, Report& report) {
  const Segment* segment = file.find_segment(ELF::PT_GNU_EH_FRAME);
  const Section* frames = find_frames(file);
  if (!segment || !frames) return;
  const std::vector<HeaderEntry> entries = read_header(file, *segment, report);
  if (entries.empty()) return;
  Report unused(report.settings());
  const FrameTable table = read_frames(file, *frames, unused);
  check_header_count(file, entries, table.fdes, report);
  for (size_t i = 0; i < entries.size(); i++) {
    if (i != 0 && entries[i].start < entries[i - 1].start) {
      report.add("{}: entry {} for {:#x} is out of order", describe(*segment), i, entries[i].start);
    }
    const uint64_t offset = entries[i].fde - frames->address;
    const auto fde = std::lower_bound(table.fdes.begin(), table.fdes.end(), offset,
                                      [](const Fde& f, uint64_t wanted) { return f.offset < wanted; });
    if (fde == table.fdes.end() || fde->offset != offset) {
      report.add("{}: entry {} leads to {:#x}, where no FDE starts", describe(*segment), i, entries[i].fde);
    } else if (fde->start != entries[i].start) {
      report.add("{}: entry {} is for {:#x}, its FDE for {:#x}", describe(*segment), i, entries[i].start, fde->start);
    }
  }
}

constexpr ElfRule kRules[] = {
    {"eh-frame", ".eh_frame is a chain of CIEs and FDEs; FDEs point back to their CIE", Scope::Both, check_frames},
    {"eh-frame-range", "FDEs describe executable bytes", Scope::Linked, check_frame_ranges},
    {"eh-frame-hdr", "PT_GNU_EH_FRAME points to .eh_frame", Scope::Linked, check_header_shape},
    {"eh-frame-hdr-table", "its table is sorted, complete, and leads to the right FDEs", Scope::Linked,
     check_header_table},
};

}  // namespace

ElfRules elf_unwind_rules() {
  return kRules;
}

}  // namespace xld::verify
