// Fields: how a relocated value is put into bytes, and which values fit.
//
// The x86 fields are plain little-endian integers of 1 to 8 bytes (System V psABI, AMD64 §4.4 and i386 §4.4); they
// differ in the range they accept. Words of 8 and 16 bits are those of 16-bit code, where addresses wrap around: like
// GNU ld, they take one bit more than they hold, on both sides of zero. Parts of AArch64 instructions (Arm ARM, C4.1)
// have a function of their own. Shared by both object formats and by the scan and the emission of relocations.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/reloc.h"

namespace xld {

struct FieldFacts {
  uint8_t size;     // bytes written
  int64_t minimum;  // smallest and largest value that fits; minimum > maximum: every value fits
  int64_t maximum;
  const char* range;  // for messages
};

const FieldFacts& facts_of(Field field);

inline uint8_t size_of(Field field) {
  constexpr uint8_t kSizes[] = {0, 1, 2, 4, 8, 1, 2, 4, 4, 4, 4, 4, 4};
  return kSizes[static_cast<uint8_t>(field)];
}

// True if the value is spread over an instruction's bits, and no number stands there.
constexpr bool is_in_instruction(Field field) {
  return field >= Field::Branch26;
}

// The value with which a branch leads to the instruction behind it: x86 counts from there, AArch64 from the branch.
constexpr uint64_t distance_to_next(Field field) {
  return field == Field::Branch26 ? 4 : 0;
}

// The units a PageOffset12 field counts in, as a power of two: what the load or store moves; 0 for an addition.
constexpr uint32_t page_offset_scale(uint32_t instruction) {
  const bool is_load_or_store = (instruction & 0x3b000000) == 0x39000000;
  if (!is_load_or_store) return 0;
  const bool is_vector_of_16_bytes = (instruction & 0x04800000) == 0x04800000 && instruction >> 30 == 0;
  return is_vector_of_16_bytes ? 4 : instruction >> 30;
}

// A load or store can express multiples of what it moves only; `instruction` is that of a PageOffset12 field.
constexpr bool is_expressible(uint32_t instruction, uint64_t value) {
  return (value & ((uint64_t{1} << page_offset_scale(instruction)) - 1)) == 0;
}

inline bool fits(Field field, uint64_t value) {
  const auto v = static_cast<int64_t>(value);
  switch (field) {
    case Field::Signed32:
      return v == static_cast<int32_t>(v);
    case Field::Unsigned32:
      return v == static_cast<int64_t>(static_cast<uint32_t>(v));
    case Field::Word32:
      return v >= INT32_MIN && v <= static_cast<int64_t>(UINT32_MAX);
    case Field::Word8:
      return v >= -256 && v <= 255;
    case Field::Word16:
      return v >= -65536 && v <= 65535;
    case Field::Signed8:
      return v == static_cast<int8_t>(v);
    case Field::Signed16:
      return v == static_cast<int16_t>(v);
    case Field::Branch26:
      return v >= -(int64_t{1} << 27) && v < (int64_t{1} << 27) && (v & 3) == 0;
    case Field::Page21:
      return v >= -(int64_t{1} << 32) && v < (int64_t{1} << 32);
    case Field::None:
    case Field::Wrap32:
    case Field::Word64:
    case Field::PageOffset12:
      return true;
  }
  return true;
}

// Puts a value into the instruction it is a part of.
uint32_t insert_in_instruction(Field field, uint32_t instruction, uint64_t value);

// Writes the low bits of `value`; the caller has asked fits().
inline void write_field(Field field, uint8_t* place, uint64_t value) {
  if (is_in_instruction(field)) return store(place, insert_in_instruction(field, load<uint32_t>(place), value));
  switch (size_of(field)) {
    case 8:
      store<uint64_t>(place, value);
      break;
    case 4:
      store<uint32_t>(place, static_cast<uint32_t>(value));
      break;
    case 2:
      store<uint16_t>(place, static_cast<uint16_t>(value));
      break;
    case 1:
      store<uint8_t>(place, static_cast<uint8_t>(value));
      break;
    default:
      break;
  }
}

// The value a field holds, sign-extended: the implicit addend of formats that keep it in the section.
inline int64_t read_field(Field field, const uint8_t* place) {
  switch (size_of(field)) {
    case 8:
      return load<int64_t>(place);
    case 4:
      return field == Field::Unsigned32 ? int64_t{load<uint32_t>(place)} : load<int32_t>(place);
    case 2:
      return load<int16_t>(place);
    case 1:
      return load<int8_t>(place);
    default:
      return 0;
  }
}

}  // namespace xld
