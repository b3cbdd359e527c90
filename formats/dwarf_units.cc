// See dwarf_units.h.
#include "formats/dwarf_units.h"

#include <optional>

#include "formats/dwarf_forms.h"
#include "formats/dwarf_reader.h"

namespace xld {

namespace {

// DW_UT_*
enum UnitType : uint8_t { kCompile = 1, kType = 2, kPartial = 3, kSkeleton = 4, kSplitCompile = 5, kSplitType = 6 };

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
      const bool is_distance = high_->form != dwarf::kAddr && !dwarf::is_address_index(high_->form);
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
    if (code == 0 || !dwarf::find_abbreviation(abbreviations, code)) return false;
    while (const auto attribute = dwarf::take_attribute(abbreviations)) {
      const auto value = dwarf::take_value(entry_, unit_, *attribute);
      if (!value || entry_.failed()) return false;
      keep(attribute->attribute, *value);
    }
    return !abbreviations.failed();
  }

  void keep(uint64_t attribute, const dwarf::Value& value) {
    switch (attribute) {
      case dwarf::kLowPc:
        low_ = value;
        break;
      case dwarf::kHighPc:
        high_ = value;
        break;
      case dwarf::kRanges:
        ranges_ = value;
        break;
      case dwarf::kAddrBase:
      case dwarf::kGnuAddrBase:
        addresses_at_ = value.number - sections_.addresses_base;
        break;
      case dwarf::kRnglistsBase:
        range_lists_at_ = value.number - sections_.range_lists_base;
        break;
      default:
        break;
    }
  }

  uint64_t address_of(const dwarf::Value& value) const {
    return dwarf::is_address_index(value.form) ? address_at(value.number) : value.number;
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
    if (ranges_->form == dwarf::kRnglistx) {
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
  std::optional<dwarf::Value> low_, high_, ranges_;
  uint64_t addresses_at_ = 0, range_lists_at_ = 0;
};

}  // namespace

namespace {

std::optional<DwarfUnit> take_unit(DwarfReader& reader, bool is_types_section) {
  DwarfUnit unit;
  unit.offset = reader.position();
  const UnitLength length = take_length(reader);
  unit.offset_size = length.offset_size;
  DwarfReader contents = reader.take_part(length.size);
  unit.size = reader.position() - unit.offset;
  if (reader.failed() || !read_unit_header(contents, is_types_section, unit)) return std::nullopt;
  return unit;
}

}  // namespace

std::optional<DwarfUnit> read_unit(Bytes info, uint64_t offset) {
  DwarfReader reader(info, offset);
  return take_unit(reader, false);
}

std::vector<DwarfUnit> read_units(Bytes info, bool is_types_section) {
  std::vector<DwarfUnit> units;
  DwarfReader reader(info);
  while (!reader.at_end()) {
    const auto unit = take_unit(reader, is_types_section);
    if (!unit) break;
    units.push_back(*unit);
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
