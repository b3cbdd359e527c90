// Fields: the facts behind field.h, as one table in the order of the enumeration.
#include "arch/field.h"

#include <array>
#include <limits>

namespace xld {
namespace {

template <class T>
constexpr int64_t kMinimum = std::numeric_limits<T>::min();
template <class T>
constexpr int64_t kMaximum = std::numeric_limits<T>::max();

constexpr std::array<FieldFacts, 11> kFields = {{
    {0, 1, 0, "any value"},                                                   // None
    {1, kMinimum<int8_t>, kMaximum<uint8_t>, "-128 to 255"},                  // Word8
    {2, kMinimum<int16_t>, kMaximum<uint16_t>, "-32768 to 65535"},            // Word16
    {4, kMinimum<int32_t>, kMaximum<uint32_t>, "-2147483648 to 4294967295"},  // Word32
    {8, 1, 0, "any value"},                                                   // Word64
    {1, kMinimum<int8_t>, kMaximum<int8_t>, "-128 to 127"},                   // Signed8
    {2, kMinimum<int16_t>, kMaximum<int16_t>, "-32768 to 32767"},             // Signed16
    {4, kMinimum<int32_t>, kMaximum<int32_t>, "-2147483648 to 2147483647"},   // Signed32
    {4, 0, kMaximum<uint32_t>, "0 to 4294967295"},                            // Unsigned32
    {4, 1, 0, "any value"},                                                   // Wrap32
    {2, -kMaximum<uint16_t> - 1, kMaximum<uint16_t>, "-65536 to 65535"},      // Wrap16
}};

}  // namespace

const FieldFacts& facts_of(Field field) {
  return kFields[static_cast<uint8_t>(field)];
}

}  // namespace xld
