// See dwarf_forms.h.
#include "formats/dwarf_forms.h"

namespace xld::dwarf {

std::optional<AttributeForm> take_attribute(DwarfReader& abbreviations) {
  AttributeForm attribute;
  attribute.attribute = abbreviations.take_uleb();
  attribute.form = abbreviations.take_uleb();
  if (attribute.form == kImplicitConst) attribute.constant = abbreviations.take_sleb();
  if (abbreviations.failed() || (attribute.attribute == 0 && attribute.form == 0)) return std::nullopt;
  return attribute;
}

bool find_abbreviation(DwarfReader& abbreviations, uint64_t wanted) {
  while (!abbreviations.at_end()) {
    const uint64_t code = abbreviations.take_uleb();
    if (code == 0) return false;
    abbreviations.take_uleb();      // the tag
    abbreviations.take<uint8_t>();  // whether it has children
    if (code == wanted) return !abbreviations.failed();
    while (take_attribute(abbreviations)) {
    }
  }
  return false;
}

int fixed_size(const DwarfUnit& unit, uint64_t form) {
  switch (form) {
    case kFlagPresent:
    case kImplicitConst:
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
      return unit.address_size;
    case kRefAddr:
      return unit.version == 2 ? unit.address_size : unit.offset_size;
    case kStrp:
    case kStrpSup:
    case kLineStrp:
    case kSecOffset:
    case kGnuRefAlt:
    case kGnuStrpAlt:
      return unit.offset_size;
    default:
      return -1;
  }
}

std::optional<Value> take_value(DwarfReader& entry, const DwarfUnit& unit, const AttributeForm& attribute) {
  const uint64_t form = attribute.form == kIndirect ? entry.take_uleb() : attribute.form;
  if (form == kImplicitConst) return Value{static_cast<uint64_t>(attribute.constant), form, {}};
  if (form == kFlagPresent) return Value{1, form, {}};
  const int size = fixed_size(unit, form);
  if (size >= 0) return Value{entry.take_unsigned(static_cast<uint64_t>(size)), form, {}};
  switch (form) {
    case kSdata:
      return Value{static_cast<uint64_t>(entry.take_sleb()), form, {}};
    case kUdata:
    case kRefUdata:
    case kStrx:
    case kAddrx:
    case kLoclistx:
    case kRnglistx:
    case kGnuAddrIndex:
    case kGnuStrIndex:
      return Value{entry.take_uleb(), form, {}};
    case kString:
      return Value{0, form, entry.take_string()};
    case kBlock1:
      entry.skip(entry.take<uint8_t>());
      return Value{0, form, {}};
    case kBlock2:
      entry.skip(entry.take<uint16_t>());
      return Value{0, form, {}};
    case kBlock4:
      entry.skip(entry.take<uint32_t>());
      return Value{0, form, {}};
    case kBlock:
    case kExprloc:
      entry.skip(entry.take_uleb());
      return Value{0, form, {}};
    default:
      return std::nullopt;
  }
}

bool is_address_index(uint64_t form) {
  return form == kAddrx || (form >= kAddrx1 && form <= kAddrx4) || form == kGnuAddrIndex;
}

}  // namespace xld::dwarf
