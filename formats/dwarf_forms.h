// Forms of debug information: how the value of an attribute is written. DWARF 5 §7.5.4 to §7.5.6, tables 7.5 and 7.6;
// the GNU extensions that came before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/dwarf_reader.h"
#include "formats/dwarf_units.h"

namespace xld::dwarf {

// DW_AT_*
enum Attribute : uint64_t {
  kSibling = 0x01,
  kName = 0x03,
  kLowPc = 0x11,
  kHighPc = 0x12,
  kLanguage = 0x13,
  kCompDir = 0x1b,
  kAbstractOrigin = 0x31,
  kDeclaration = 0x3c,
  kExternal = 0x3f,
  kSpecification = 0x47,
  kRanges = 0x55,
  kEnumClass = 0x6d,
  kStrOffsetsBase = 0x72,
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

struct Value {
  uint64_t number = 0;
  uint64_t form = 0;
  std::string_view text;  // of kString
};

// How an attribute is written, as an abbreviation says.
struct AttributeForm {
  uint64_t attribute = 0;
  uint64_t form = 0;
  int64_t constant = 0;  // of kImplicitConst
};

// The next attribute of an abbreviation; nothing at its end, or if the section ends.
std::optional<AttributeForm> take_attribute(DwarfReader& abbreviations);

// Moves a reader of abbreviations to the attributes of `wanted`. False: there is no such abbreviation.
bool find_abbreviation(DwarfReader& abbreviations, uint64_t wanted);

// The size of a value of this form; -1: it is in the data, or the form is not known.
int fixed_size(const DwarfUnit& unit, uint64_t form);

// Nothing: a form whose size is not known.
std::optional<Value> take_value(DwarfReader& entry, const DwarfUnit& unit, const AttributeForm& attribute);

bool is_address_index(uint64_t form);

}  // namespace xld::dwarf
