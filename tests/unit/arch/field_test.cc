// Fields: sizes, ranges and the agreement of the table with the inline functions.
#include "arch/field.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

constexpr Field kAll[] = {Field::None,    Field::Word8,    Field::Word16,   Field::Word32,     Field::Word64,
                          Field::Signed8, Field::Signed16, Field::Signed32, Field::Unsigned32, Field::Wrap32};

TEST(Field, TableAgreesWithFunctions) {
  for (Field field : kAll) {
    const FieldFacts& facts = facts_of(field);
    EXPECT_EQ(facts.size, size_of(field));
    if (facts.minimum > facts.maximum) {
      EXPECT_TRUE(fits(field, static_cast<uint64_t>(INT64_MIN))) << facts.range;
      EXPECT_TRUE(fits(field, INT64_MAX)) << facts.range;
      continue;
    }
    EXPECT_TRUE(fits(field, static_cast<uint64_t>(facts.minimum))) << facts.range;
    EXPECT_TRUE(fits(field, static_cast<uint64_t>(facts.maximum))) << facts.range;
    EXPECT_FALSE(fits(field, static_cast<uint64_t>(facts.minimum - 1))) << facts.range;
    EXPECT_FALSE(fits(field, static_cast<uint64_t>(facts.maximum + 1))) << facts.range;
    EXPECT_EQ(facts.range, std::to_string(facts.minimum) + " to " + std::to_string(facts.maximum));
  }
}

TEST(Field, WritesOnlyItsBytesAndReadsThemBack) {
  for (Field field : kAll) {
    uint8_t bytes[10];
    std::memset(bytes, 0xee, sizeof bytes);
    write_field(field, bytes + 1, static_cast<uint64_t>(-5));
    EXPECT_EQ(bytes[0], 0xee);
    EXPECT_EQ(bytes[1 + size_of(field)], 0xee);
    if (field == Field::None) continue;
    EXPECT_EQ(read_field(field, bytes + 1), field == Field::Unsigned32 ? int64_t{0xfffffffb} : -5);
  }
}

}  // namespace
}  // namespace xld
