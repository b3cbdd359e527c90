// Fields: the facts behind field.h, as one table in the order of the enumeration.
#include "arch/field.h"

#include <array>
#include <cstdint>

namespace xld {
namespace {

constexpr std::array<FieldFacts, 13> kFields = {{
    {0, 1, 0, "any value"},                                                                      // None
    {1, -UINT8_MAX - 1, UINT8_MAX, "-256 to 255"},                                               // Word8
    {2, -UINT16_MAX - 1, UINT16_MAX, "-65536 to 65535"},                                         // Word16
    {4, INT32_MIN, UINT32_MAX, "-2147483648 to 4294967295"},                                     // Word32
    {8, 1, 0, "any value"},                                                                      // Word64
    {1, INT8_MIN, INT8_MAX, "-128 to 127"},                                                      // Signed8
    {2, INT16_MIN, INT16_MAX, "-32768 to 32767"},                                                // Signed16
    {4, INT32_MIN, INT32_MAX, "-2147483648 to 2147483647"},                                      // Signed32
    {4, 0, UINT32_MAX, "0 to 4294967295"},                                                       // Unsigned32
    {4, 1, 0, "any value"},                                                                      // Wrap32
    {4, -(int64_t{1} << 27), (int64_t{1} << 27) - 4, "-134217728 to 134217724, in steps of 4"},  // Branch26
    {4, -(int64_t{1} << 32), (int64_t{1} << 32) - 1, "-4294967296 to 4294967295"},               // Page21
    {4, 1, 0, "any value"},                                                                      // PageOffset12
}};

}  // namespace

const FieldFacts& facts_of(Field field) {
  return kFields[static_cast<uint8_t>(field)];
}

uint32_t insert_in_instruction(Field field, uint32_t instruction, uint64_t value) {
  const auto bits = static_cast<uint32_t>(value);
  switch (field) {
    case Field::Branch26:
      return (instruction & 0xfc000000) | (bits >> 2 & 0x03ffffff);
    case Field::Page21: {
      const auto pages = static_cast<uint32_t>(value >> 12);
      return (instruction & 0x9f00001f) | (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5;
    }
    case Field::PageOffset12:
      return (instruction & 0xffc003ff) | (bits & 0xfff) >> page_offset_scale(instruction) << 10;
    default:
      return instruction;
  }
}

}  // namespace xld
