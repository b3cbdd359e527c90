// Call frame information: records, augmentations, encoded pointers and the sorted header. See eh_frame.h.
#include "formats/eh_frame.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/radix_sort.h"

namespace xld {

namespace {

constexpr uint32_t kExtendedLength = UINT32_MAX;
constexpr uint32_t kNoRecord = UINT32_MAX;

Error error_at(uint64_t offset, std::string_view what) {
  return {fmt::format("call frame information at offset {:#x}: {}", offset, what)};
}

// Where a record ends and its id begins.
struct Extent {
  uint64_t id;
  uint64_t end;
};

Result<Extent> extent_at(Bytes section, uint64_t offset, uint32_t length) {
  uint64_t size = length;
  uint64_t id = offset + 4;
  if (length == kExtendedLength) {
    const auto extended = read<uint64_t>(section, id);
    if (!extended) return error_at(offset, "the extended length is cut off");
    size = *extended;
    id += 8;
  }
  if (!contains(section, id, size)) {
    return error_at(offset,
                    fmt::format("record of {:#x} bytes exceeds the section's {:#x} bytes", size, section.size()));
  }
  if (size < 4) return error_at(offset, "record is too short for a CIE or an FDE");
  return Extent{id, id + size};
}

// CIEs are few and near: most FDEs belong to the one before. The others wait in `pending` with the offset of their CIE
// in place of its index; that also admits a CIE behind its FDE, which partial links have been seen to produce.
Result<bool> resolve_pending(std::vector<EhRecord>& records, const std::vector<uint32_t>& pending) {
  for (const uint32_t index : pending) {
    EhRecord& fde = records[index];
    const auto found = std::lower_bound(records.begin(), records.end(), fde.cie,
                                        [](const EhRecord& record, uint32_t offset) { return record.offset < offset; });
    const bool is_known = found != records.end() && found->offset == fde.cie && found->is_cie();
    if (!is_known) return error_at(fde.offset, fmt::format("FDE names a CIE at {:#x} where there is none", fde.cie));
    fde.cie = static_cast<uint32_t>(found - records.begin());
  }
  return true;
}

// Reads the fields of one record in order; the first one that does not fit makes all that follow zero.
class Cursor {
 public:
  Cursor(Bytes section, uint64_t begin, uint64_t end) : section_(section.first(end)), at_(begin) {}

  uint64_t at() const { return at_; }
  bool ok() const { return ok_; }

  uint8_t byte() { return take(1) ? section_[at_ - 1] : uint8_t{0}; }

  void skip(uint64_t size) { take(size); }

  uint64_t uleb() {
    uint64_t value = 0;
    for (uint32_t shift = 0; ok_; shift += 7) {
      const uint8_t next = byte();
      if (shift < 64) value |= uint64_t{next & 0x7fu} << shift;
      if ((next & 0x80) == 0) break;
    }
    return value;
  }

  int64_t sleb() {
    uint64_t value = 0;
    uint32_t shift = 0;
    uint8_t next = 0x80;
    for (; ok_ && (next & 0x80) != 0; shift += 7) {
      next = byte();
      if (shift < 64) value |= uint64_t{next & 0x7fu} << shift;
    }
    if ((next & 0x40) != 0 && shift < 64) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }

  std::string_view c_string() {
    const auto text = ok_ ? c_string_at(section_, at_) : std::nullopt;
    take(text ? text->size() + 1 : UINT64_MAX);
    return text.value_or(std::string_view());
  }

  // An encoded pointer whose value does not matter here; the offset where it starts.
  uint32_t pointer(uint8_t encoding, uint8_t word_size) {
    if ((encoding & eh_pointer::kBaseMask) == eh_pointer::kAligned) skip(align_up(at_, word_size) - at_);
    const uint64_t start = at_;
    const uint8_t format = encoding & eh_pointer::kFormatMask;
    if (format == eh_pointer::kUleb || format == eh_pointer::kSleb) {
      uleb();
    } else {
      const uint32_t size = encoded_pointer_size(encoding, word_size);
      take(size == 0 ? UINT64_MAX : size);
    }
    return static_cast<uint32_t>(start);
  }

 private:
  bool take(uint64_t size) {
    ok_ = ok_ && contains(section_, at_, size);
    if (ok_) at_ += size;
    return ok_;
  }

  Bytes section_;
  uint64_t at_;
  bool ok_ = true;
};

// The letters behind 'z', each with its data. False: a letter whose data, and so all that follows, has unknown size.
bool read_augmentation(std::string_view letters, Cursor& cursor, uint8_t word_size, CieFacts& facts) {
  for (const char letter : letters) {
    switch (letter) {
      case 'L':
        facts.lsda_encoding = cursor.byte();
        break;
      case 'R':
        facts.fde_encoding = cursor.byte();
        break;
      case 'P':
        facts.personality_encoding = cursor.byte();
        if (facts.personality_encoding != eh_pointer::kOmitted) {
          facts.personality_offset = cursor.pointer(facts.personality_encoding, word_size);
        }
        break;
      case 'S':
        facts.is_signal_frame = true;
        break;
      case 'B':
        facts.signs_with_key_b = true;
        break;
      case 'G':
        break;  // frames are memory-tagged (AArch64)
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

Result<bool> split_eh_frame(Bytes section, std::vector<EhRecord>& records) {
  if (section.size() > UINT32_MAX) return Error{"call frame information of 4 GiB or more is not supported"};
  std::vector<uint32_t> pending;
  uint32_t last_cie = kNoRecord;
  bool ends_with_terminator = false;
  for (uint64_t offset = 0; offset < section.size();) {
    const auto length = read<uint32_t>(section, offset);
    if (!length) return error_at(offset, "the section ends inside a length field");
    ends_with_terminator = *length == 0;
    if (ends_with_terminator) {
      offset += 4;
      continue;
    }
    const Result<Extent> extent = extent_at(section, offset, *length);
    if (!extent) return extent.error();

    const auto index = static_cast<uint32_t>(records.size());
    const auto id = load<uint32_t>(section.data() + extent->id);
    EhRecord& record = records.emplace_back();
    record.offset = static_cast<uint32_t>(offset);
    record.size = static_cast<uint32_t>(extent->end - offset);
    offset = extent->end;
    if (id == 0) {
      last_cie = index;
      continue;
    }
    const uint32_t cie_offset = static_cast<uint32_t>(extent->id) - id;
    if (last_cie != kNoRecord && records[last_cie].offset == cie_offset) {
      record.cie = last_cie;
    } else if (cie_offset < section.size()) {
      record.cie = cie_offset;
      pending.push_back(index);
    } else {
      return error_at(record.offset, "FDE names a CIE outside the section");
    }
  }
  const Result<bool> resolved = resolve_pending(records, pending);
  if (!resolved) return resolved.error();
  return ends_with_terminator;
}

uint32_t eh_id_offset(Bytes section, const EhRecord& record) {
  const bool is_extended = load<uint32_t>(section.data() + record.offset) == kExtendedLength;
  return record.offset + (is_extended ? 12 : 4);
}

Result<CieFacts> parse_cie(Bytes section, const EhRecord& cie, uint8_t word_size) {
  Cursor cursor(section, eh_id_offset(section, cie) + 4, uint64_t{cie.offset} + cie.size);
  CieFacts facts;
  facts.version = cursor.byte();
  if (cursor.ok() && facts.version != 1 && facts.version != 3 && facts.version != 4) {
    return error_at(cie.offset, fmt::format("CIE version {} is not supported", facts.version));
  }
  std::string_view augmentation = cursor.c_string();
  if (facts.version == 4) cursor.skip(2);  // sizes of an address and of a segment selector
  if (augmentation.starts_with("eh")) {    // g++ 2: a word of data, and no letters that mean anything
    augmentation.remove_prefix(2);
    cursor.skip(word_size);
  }
  facts.code_alignment = cursor.uleb();
  facts.data_alignment = cursor.sleb();
  facts.return_register = facts.version == 1 ? cursor.byte() : cursor.uleb();
  uint64_t instructions = cursor.at();
  if (augmentation.starts_with('z')) {
    facts.has_augmentation_size = true;
    augmentation.remove_prefix(1);
    const uint64_t size = cursor.uleb();
    instructions = cursor.at();
    Cursor past = cursor;
    past.skip(size);
    if (!past.ok()) return error_at(cie.offset, "CIE augmentation data exceeds the record");
    instructions = past.at();
    cursor = Cursor(section, cursor.at(), instructions);
  }
  if (!read_augmentation(augmentation, cursor, word_size, facts)) {
    return error_at(cie.offset, fmt::format("CIE augmentation \"{}\" is not known", augmentation));
  }
  if (!cursor.ok()) return error_at(cie.offset, "CIE is cut off, or has a pointer of unknown encoding");
  facts.instructions_offset = static_cast<uint32_t>(facts.has_augmentation_size ? instructions : cursor.at());
  return facts;
}

Result<FdeFacts> parse_fde(Bytes section, const EhRecord& fde, const CieFacts& cie, uint8_t word_size) {
  Cursor cursor(section, eh_pc_begin_offset(section, fde), uint64_t{fde.offset} + fde.size);
  FdeFacts facts;
  facts.pc_begin_offset = cursor.pointer(cie.fde_encoding, word_size);
  facts.pc_range_offset = cursor.pointer(cie.fde_encoding & eh_pointer::kFormatMask, word_size);
  if (cie.has_augmentation_size) {
    const uint64_t size = cursor.uleb();
    facts.instructions_offset = static_cast<uint32_t>(cursor.at() + size);
    // Augmentation data may be left out altogether.
    const bool has_lsda = cie.lsda_encoding != eh_pointer::kOmitted && size != 0;
    if (has_lsda) facts.lsda_offset = cursor.pointer(cie.lsda_encoding, word_size);
  } else {
    facts.instructions_offset = static_cast<uint32_t>(cursor.at());
  }
  if (!cursor.ok()) return error_at(fde.offset, "FDE is cut off, or has a pointer of unknown encoding");
  return facts;
}

uint32_t encoded_pointer_size(uint8_t encoding, uint8_t word_size) {
  switch (encoding & eh_pointer::kFormatMask) {
    case eh_pointer::kAbsolute:
    case eh_pointer::kSignedWord:
      return word_size;
    case eh_pointer::kUnsigned2:
    case eh_pointer::kSigned2:
      return 2;
    case eh_pointer::kUnsigned4:
    case eh_pointer::kSigned4:
      return 4;
    case eh_pointer::kUnsigned8:
    case eh_pointer::kSigned8:
      return 8;
    default:
      return 0;
  }
}

std::optional<EncodedPointer> read_encoded_pointer(Bytes section, uint64_t offset, uint8_t encoding, uint8_t word_size,
                                                   uint64_t section_address) {
  const uint8_t base = encoding & eh_pointer::kBaseMask;
  const bool is_relative = base == eh_pointer::kRelativeToPlace;
  const uint32_t size = encoded_pointer_size(encoding, word_size);
  if (encoding == eh_pointer::kOmitted || (base != 0 && !is_relative) || size == 0) return std::nullopt;
  if (!contains(section, offset, size)) return std::nullopt;

  uint64_t value = 0;
  std::memcpy(&value, section.data() + offset, size);
  const bool is_signed = (encoding & eh_pointer::kSignedWord) != 0;
  const uint32_t unused_bits = 64 - 8 * size;
  if (is_signed) value = static_cast<uint64_t>(static_cast<int64_t>(value << unused_bits) >> unused_bits);
  if (is_relative) value += section_address + offset;
  if (word_size == 4) value &= UINT32_MAX;
  return EncodedPointer{value, size};
}

namespace {

bool fits_signed32(uint64_t distance) {
  return distance + (uint64_t{1} << 31) <= UINT32_MAX;
}

Error distance_error(std::string_view what, uint64_t address, uint64_t header) {
  return {
      fmt::format("{} at {:#x} is more than 2 GiB away from the unwind table header at {:#x}; link without "
                  "--eh-frame-hdr, or place code and call frame information closer together",
                  what, address, header)};
}

}  // namespace

Result<uint32_t> write_eh_frame_header(std::span<const EhFrameHeaderEntry> entries, uint64_t header_address,
                                       uint64_t eh_frame_address, uint8_t word_size, MutableBytes out) {
  // A key is both addresses of an entry as 32-bit numbers that sort like addresses: counted from 2 GiB below the
  // header, or, where all addresses have 32 bits and distances wrap around, from 0.
  const bool wraps = word_size == 4;
  const uint64_t origin = wraps ? 0 : header_address - (uint64_t{1} << 31);
  std::vector<uint64_t> keys;
  keys.reserve(entries.size());
  for (const auto& [pc, fde] : entries) {
    if (fde == 0) continue;
    if (!wraps && !fits_signed32(pc - header_address)) return distance_error("code", pc, header_address);
    if (!wraps && !fits_signed32(fde - header_address)) return distance_error("FDE", fde, header_address);
    keys.push_back(((pc - origin) << 32) | ((fde - origin) & UINT32_MAX));
  }
  const uint64_t frame_distance = eh_frame_address - (header_address + 4);
  if (!wraps && !fits_signed32(frame_distance)) {
    return distance_error("call frame information", eh_frame_address, header_address);
  }
  radix_sort(keys);  // nearly sorted but for cold and start-up code: comparisons gain little from that
  const auto is_same_code = [](uint64_t a, uint64_t b) { return a >> 32 == b >> 32; };
  keys.erase(std::unique(keys.begin(), keys.end(), is_same_code), keys.end());

  uint8_t* p = out.data();
  *p++ = 1;  // version
  *p++ = eh_pointer::kRelativeToPlace | eh_pointer::kSigned4;
  *p++ = eh_pointer::kUnsigned4;
  *p++ = eh_pointer::kRelativeToData | eh_pointer::kSigned4;
  store(p, static_cast<uint32_t>(frame_distance));
  store(p + 4, static_cast<uint32_t>(keys.size()));
  p += 8;
  for (const uint64_t key : keys) {
    store(p, static_cast<uint32_t>((key >> 32) + origin - header_address));
    store(p + 4, static_cast<uint32_t>(key + origin - header_address));
    p += 8;
  }
  std::fill(p, out.data() + out.size(), uint8_t{0});
  return static_cast<uint32_t>(keys.size());
}

}  // namespace xld
