// See dwarf_units.h.
#include "formats/dwarf_units.h"

#include <optional>

#include "formats/dwarf_reader.h"

namespace xld {

namespace {

// DW_UT_*
enum UnitType : uint8_t { kCompile = 1, kType = 2, kPartial = 3, kSkeleton = 4, kSplitCompile = 5, kSplitType = 6 };

// DW_AT_*
enum Attribute : uint64_t {
  kLowPc = 0x11,
  kHighPc = 0x12,
  kRanges = 0x55,
  kAddrBase = 0x73,
  kRnglistsBase = 0x74,
  kGnuAddrBase = 0x2133
};

// DW_FORM_*
enum Form : uint64_t {
  kAddr = 0x01,
  kBlock2 = 0x03,
  kBlock4 = 0x04,
  kData2 = 0x05,
  kData4 = 0x06,
  kData8 = 0x07,
  kString = 0x08,
  kBlock = 0x09,
  kBlock1 = 0x0a,
  kData1 = 0x0b,
  kFlag = 0x0c,
  kSdata = 0x0d,
  kStrp = 0x0e,
  kUdata = 0x0f,
  kRefAddr = 0x10,
  kRef1 = 0x11,
  kRef2 = 0x12,
  kRef4 = 0x13,
  kRef8 = 0x14,
  kRefUdata = 0x15,
  kIndirect = 0x16,
  kSecOffset = 0x17,
  kExprloc = 0x18,
  kFlagPresent = 0x19,
  kStrx = 0x1a,
  kAddrx = 0x1b,
  kRefSup4 = 0x1c,
  kStrpSup = 0x1d,
  kData16 = 0x1e,
  kLineStrp = 0x1f,
  kRefSig8 = 0x20,
  kImplicitConst = 0x21,
  kLoclistx = 0x22,
  kRnglistx = 0x23,
  kRefSup8 = 0x24,
  kStrx1 = 0x25,
  kStrx2 = 0x26,
  kStrx3 = 0x27,
  kStrx4 = 0x28,
  kAddrx1 = 0x29,
  kAddrx2 = 0x2a,
  kAddrx3 = 0x2b,
  kAddrx4 = 0x2c,
  kGnuAddrIndex = 0x1f01,
  kGnuStrIndex = 0x1f02,
  kGnuRefAlt = 0x1f20,
  kGnuStrpAlt = 0x1f21
};

// DW_RLE_*
enum RangeEntry : uint8_t {
  kEndOfList,
  kBaseAddressx,
  kStartxEndx,
  kStartxLength,
  kOffsetPair,
  kBaseAddress,
  kStartEnd,
  kStartLength
};

struct UnitLength {
  uint64_t size = 0;
  uint8_t offset_size = 4;
};

// §7.4: 0xffffffff announces the 64-bit format.
UnitLength take_length(DwarfReader& reader) {
  const uint64_t length = reader.take<uint32_t>();
  if (length != 0xffffffff) return {length, 4};
  return {reader.take<uint64_t>(), 8};
}

bool read_unit_header(DwarfReader& reader, bool is_types_section, DwarfUnit& unit) {
  unit.version = reader.take<uint16_t>();
  if (unit.version < 2 || unit.version > 5) return false;
  uint8_t type = is_types_section ? kType : kCompile;
  if (unit.version == 5) {
    type = reader.take<uint8_t>();
    unit.address_size = reader.take<uint8_t>();
    unit.abbreviations = reader.take_unsigned(unit.offset_size);
  } else {
    unit.abbreviations = reader.take_unsigned(unit.offset_size);
    unit.address_size = reader.take<uint8_t>();
  }
  unit.is_type = type == kType || type == kSplitType;
  if (unit.is_type) {
    unit.signature = reader.take<uint64_t>();
    unit.type_offset = reader.take_unsigned(unit.offset_size);
  }
  if (type == kSkeleton || type == kSplitCompile) reader.skip(8);
  unit.first_entry = reader.position();
  return !reader.failed() && (unit.address_size == 4 || unit.address_size == 8);
}

// ---- the first entry of a unit
// ---------------------------------------------------------------------------------------

// What attributes say of addresses, and in which form.
struct Value {
  uint64_t number = 0;
  uint64_t form = 0;
};

class UnitReader {
 public:
  UnitReader(Bytes info, const DwarfUnit& unit, const DwarfRangeSections& sections)
      : unit_(unit), sections_(sections), entry_(info.first(unit.offset + unit.size), unit.first_entry) {}

  void read(std::vector<AddressRange>& out) {
    if (!read_attributes()) return;
    const uint64_t low = low_ ? address_of(*low_) : 0;
    if (ranges_) {
      unit_.version < 5 ? read_ranges(low, out) : read_range_list(low, out);
    } else if (low_ && high_) {
      const bool is_distance = high_->form != kAddr && !is_address_index(high_->form);
      add(low, is_distance ? low + high_->number : address_of(*high_), out);
    }
  }

 private:
  static void add(uint64_t low, uint64_t high, std::vector<AddressRange>& out) {
    if (low != 0 && low < high) out.push_back({low, high});
  }

  // Walks the abbreviation of the first entry and its attributes side by side.
  bool read_attributes() {
    const uint64_t code = entry_.take_uleb();
    DwarfReader abbreviations(sections_.abbreviations, unit_.abbreviations - sections_.abbreviations_base);
    if (code == 0 || !find_abbreviation(abbreviations, code)) return false;
    while (!abbreviations.failed() && !entry_.failed()) {
      const uint64_t attribute = abbreviations.take_uleb();
      const uint64_t form = abbreviations.take_uleb();
      const int64_t constant = form == kImplicitConst ? abbreviations.take_sleb() : 0;
      if (attribute == 0 && form == 0) return true;
      const auto value = take_value(form, constant);
      if (!value) return false;
      keep(attribute, *value);
    }
    return false;
  }

  static bool find_abbreviation(DwarfReader& reader, uint64_t wanted) {
    while (!reader.at_end()) {
      const uint64_t code = reader.take_uleb();
      if (code == 0) return false;
      reader.take_uleb();      // the tag
      reader.take<uint8_t>();  // whether it has children
      if (code == wanted) return !reader.failed();
      for (;;) {
        const uint64_t attribute = reader.take_uleb();
        const uint64_t form = reader.take_uleb();
        if (form == kImplicitConst) reader.take_sleb();
        if ((attribute == 0 && form == 0) || reader.failed()) break;
      }
    }
    return false;
  }

  void keep(uint64_t attribute, const Value& value) {
    switch (attribute) {
      case kLowPc:
        low_ = value;
        break;
      case kHighPc:
        high_ = value;
        break;
      case kRanges:
        ranges_ = value;
        break;
      case kAddrBase:
      case kGnuAddrBase:
        addresses_at_ = value.number - sections_.addresses_base;
        break;
      case kRnglistsBase:
        range_lists_at_ = value.number - sections_.range_lists_base;
        break;
      default:
        break;
    }
  }

  // Nothing: a form whose size is not known.
  std::optional<Value> take_value(uint64_t form, int64_t constant) {
    if (form == kIndirect) form = entry_.take_uleb();
    if (form == kImplicitConst) return Value{static_cast<uint64_t>(constant), form};
    const int size = fixed_size(form);
    if (size >= 0) return Value{entry_.take_unsigned(static_cast<uint64_t>(size)), form};
    switch (form) {
      case kSdata:
        return Value{static_cast<uint64_t>(entry_.take_sleb()), form};
      case kUdata:
      case kRefUdata:
      case kStrx:
      case kAddrx:
      case kLoclistx:
      case kRnglistx:
      case kGnuAddrIndex:
      case kGnuStrIndex:
        return Value{entry_.take_uleb(), form};
      case kString:
        entry_.take_string();
        return Value{0, form};
      case kBlock1:
        entry_.skip(entry_.take<uint8_t>());
        return Value{0, form};
      case kBlock2:
        entry_.skip(entry_.take<uint16_t>());
        return Value{0, form};
      case kBlock4:
        entry_.skip(entry_.take<uint32_t>());
        return Value{0, form};
      case kBlock:
      case kExprloc:
        entry_.skip(entry_.take_uleb());
        return Value{0, form};
      default:
        return std::nullopt;
    }
  }

  // -1: the size is in the data, or the form is not known.
  int fixed_size(uint64_t form) const {
    switch (form) {
      case kFlagPresent:
        return 0;
      case kData1:
      case kFlag:
      case kRef1:
      case kStrx1:
      case kAddrx1:
        return 1;
      case kData2:
      case kRef2:
      case kStrx2:
      case kAddrx2:
        return 2;
      case kStrx3:
      case kAddrx3:
        return 3;
      case kData4:
      case kRef4:
      case kRefSup4:
      case kStrx4:
      case kAddrx4:
        return 4;
      case kData8:
      case kRef8:
      case kRefSup8:
      case kRefSig8:
        return 8;
      case kData16:
        return 16;
      case kAddr:
        return unit_.address_size;
      case kRefAddr:
        return unit_.version == 2 ? unit_.address_size : unit_.offset_size;
      case kStrp:
      case kStrpSup:
      case kLineStrp:
      case kSecOffset:
      case kGnuRefAlt:
      case kGnuStrpAlt:
        return unit_.offset_size;
      default:
        return -1;
    }
  }

  static bool is_address_index(uint64_t form) {
    return form == kAddrx || (form >= kAddrx1 && form <= kAddrx4) || form == kGnuAddrIndex;
  }

  uint64_t address_of(const Value& value) const {
    return is_address_index(value.form) ? address_at(value.number) : value.number;
  }

  uint64_t address_at(uint64_t index) const {
    if (index > sections_.addresses.size()) return 0;
    DwarfReader reader(sections_.addresses, addresses_at_ + index * unit_.address_size);
    return reader.take_unsigned(unit_.address_size);
  }

  // DWARF 4 §2.17.3: pairs of offsets from a base; the largest address announces another base.
  void read_ranges(uint64_t base, std::vector<AddressRange>& out) const {
    const uint64_t largest = unit_.address_size == 8 ? UINT64_MAX : UINT32_MAX;
    DwarfReader reader(sections_.ranges, ranges_->number - sections_.ranges_base);
    while (!reader.at_end()) {
      const uint64_t low = reader.take_unsigned(unit_.address_size);
      const uint64_t high = reader.take_unsigned(unit_.address_size);
      if (reader.failed() || (low == 0 && high == 0)) return;
      if (low == largest) {
        base = high;
      } else if (low != high) {
        add(base + low, base + high, out);
      }
    }
  }

  void read_range_list(uint64_t base, std::vector<AddressRange>& out) const {
    uint64_t position = ranges_->number - sections_.range_lists_base;
    if (ranges_->form == kRnglistx) {
      if (ranges_->number > sections_.range_lists.size()) return;
      DwarfReader offsets(sections_.range_lists, range_lists_at_ + ranges_->number * unit_.offset_size);
      position = range_lists_at_ + offsets.take_unsigned(unit_.offset_size);
      if (offsets.failed()) return;
    }
    DwarfReader reader(sections_.range_lists, position);
    while (!reader.at_end() && read_range_entry(reader, base, out)) {
    }
  }

  // False: the end of the list.
  bool read_range_entry(DwarfReader& reader, uint64_t& base, std::vector<AddressRange>& out) const {
    const auto take_address = [&] { return reader.take_unsigned(unit_.address_size); };
    uint64_t low = 0;
    switch (reader.take<uint8_t>()) {
      case kBaseAddressx:
        base = address_at(reader.take_uleb());
        return true;
      case kBaseAddress:
        base = take_address();
        return true;
      case kStartxEndx:
        low = address_at(reader.take_uleb());
        add(low, address_at(reader.take_uleb()), out);
        return true;
      case kStartxLength:
        low = address_at(reader.take_uleb());
        add(low, low + reader.take_uleb(), out);
        return true;
      case kOffsetPair: {
        low = reader.take_uleb();
        const uint64_t high = reader.take_uleb();
        if (base != 0) add(base + low, base + high, out);
        return true;
      }
      case kStartEnd:
        low = take_address();
        add(low, take_address(), out);
        return true;
      case kStartLength:
        low = take_address();
        add(low, low + reader.take_uleb(), out);
        return true;
      default:
        return false;
    }
  }

  const DwarfUnit& unit_;
  const DwarfRangeSections& sections_;
  DwarfReader entry_;
  std::optional<Value> low_, high_, ranges_;
  uint64_t addresses_at_ = 0, range_lists_at_ = 0;
};

}  // namespace

std::vector<DwarfUnit> read_units(Bytes info, bool is_types_section) {
  std::vector<DwarfUnit> units;
  DwarfReader reader(info);
  while (!reader.at_end()) {
    DwarfUnit unit;
    unit.offset = reader.position();
    const UnitLength length = take_length(reader);
    unit.offset_size = length.offset_size;
    DwarfReader contents = reader.take_part(length.size);
    unit.size = reader.position() - unit.offset;
    if (reader.failed() || !read_unit_header(contents, is_types_section, unit)) break;
    units.push_back(unit);
  }
  return units;
}

void read_unit_ranges(Bytes info, const DwarfUnit& unit, const DwarfRangeSections& sections,
                      std::vector<AddressRange>& out) {
  if (contains(info, unit.offset, unit.size)) UnitReader(info, unit, sections).read(out);
}

std::vector<UnitRange> read_address_table(Bytes aranges) {
  std::vector<UnitRange> ranges;
  DwarfReader reader(aranges);
  while (!reader.at_end()) {
    const uint64_t start = reader.position();
    const UnitLength length = take_length(reader);
    DwarfReader set = reader.take_part(length.size);
    const auto version = set.take<uint16_t>();
    const uint64_t unit = set.take_unsigned(length.offset_size);
    const auto address_size = set.take<uint8_t>();
    const auto segment_size = set.take<uint8_t>();
    const bool is_usable = version == 2 && segment_size == 0 && (address_size == 4 || address_size == 8);
    if (reader.failed() || set.failed() || !is_usable) continue;
    // Pairs are aligned to their size, counted from the set's start.
    const uint64_t misplacement = (set.position() - start) % (2 * uint64_t{address_size});
    if (misplacement != 0) set.skip(2 * uint64_t{address_size} - misplacement);
    while (!set.at_end()) {
      const uint64_t low = set.take_unsigned(address_size);
      const uint64_t size = set.take_unsigned(address_size);
      if (set.failed() || (low == 0 && size == 0)) break;
      if (low != 0 && size != 0) ranges.push_back({unit, {low, low + size}});
    }
  }
  return ranges;
}

std::vector<PublicName> read_public_names(Bytes section) {
  std::vector<PublicName> names;
  DwarfReader reader(section);
  while (!reader.at_end()) {
    const UnitLength length = take_length(reader);
    DwarfReader set = reader.take_part(length.size);
    if (reader.failed() || set.take<uint16_t>() != 2) continue;
    const uint64_t unit = set.take_unsigned(length.offset_size);
    set.skip(length.offset_size);  // the unit's size
    while (!set.at_end()) {
      if (set.take_unsigned(length.offset_size) == 0) break;
      const auto kind = set.take<uint8_t>();
      const std::string_view name = set.take_string();
      if (!set.failed()) names.push_back({unit, name, kind});
    }
  }
  return names;
}

}  // namespace xld
