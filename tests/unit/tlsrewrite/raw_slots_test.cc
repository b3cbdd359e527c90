// Accesses to runtime slots in code without relocations: found where they are certain, reported where they may be.
#include "tlsrewrite/raw_slots.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

using test::from_hex;
using x86::Mode;

// "5:slot 0+0 9:cannot be decoded": what was found, in short.
std::string found(Mode mode, const char* hex, std::vector<uint32_t> starts = {}, std::vector<FieldRange> fields = {}) {
  const auto code = from_hex(hex);
  std::string text;
  for (const RawSlotAccess& access : find_raw_slots(code, mode, starts, fields)) {
    text += text.empty() ? "" : " ";
    text += access.problem.empty() ? fmt::format("{}:slot {}+{}", access.field, access.index, access.offset)
                                   : fmt::format("{}:{}", access.field, access.problem);
  }
  return text;
}

TEST(RawSlots, AreFoundWhereTheyAreCertain) {
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 04 25 00 00 00 00"), "5:slot 0+0");        // mov %fs:0,%rax
  EXPECT_EQ(found(Mode::Bits64, "65 48 89 0c 25 08 00 00 00"), "5:slot 1+0");        // mov %rcx,%gs:8
  EXPECT_EQ(found(Mode::Bits64, "64 8b 04 25 04 00 00 00"), "4:slot 0+4");           // mov %fs:4,%eax
  EXPECT_EQ(found(Mode::Bits64, "64 48 a1 08 00 00 00 00 00 00 00"), "3:slot 1+0");  // movabs %fs:8,%rax
  EXPECT_EQ(found(Mode::Bits32, "65 a1 00 00 00 00 65 8b 0d 04 00 00 00"), "2:slot 0+0 9:slot 1+0");
  EXPECT_EQ(found(Mode::Bits32, "67 65 a1 04 00"), "3:slot 1+0");  // addr16 mov %gs:4,%eax
}

TEST(RawSlots, LeaveOtherWordsAlone) {
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 04 25 28 00 00 00"), "");     // mov %fs:0x28,%rax
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 04 25 f8 ff ff ff"), "");     // mov %fs:-8,%rax
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 00"), "");                    // mov %fs:(%rax),%rax
  EXPECT_EQ(found(Mode::Bits64, "64 48 8d 04 25 00 00 00 00"), "");     // lea
  EXPECT_EQ(found(Mode::Bits64, "48 8b 04 25 00 00 00 00"), "");        // mov 0,%rax
  EXPECT_EQ(found(Mode::Bits32, "64 a1 00 00 00 00"), "");              // mov %fs:0,%eax
  EXPECT_EQ(found(Mode::Bits64, "b8 64 48 8b 04 25 00 00 00 00"), "");  // and $0,%eax after mov $0x48b4864,%eax
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 04 25 00 00 00 00", {}, {{5, 9}}), "");  // relocated
}

TEST(RawSlots, ReportWhatMayBeOne) {
  EXPECT_EQ(found(Mode::Bits64, "64 48 8b 04 25 04 00 00 00"), "0:accesses 8 bytes at 0x4, which are no single slot");
  EXPECT_EQ(found(Mode::Bits64, "64 8b 04 25 fe ff ff ff"), "0:accesses 4 bytes at -0x2, which are no single slot");
  EXPECT_EQ(found(Mode::Bits64, "64 0f 28 04 25 00 00 00 00"), "0:is not known to access so many bytes and no others");
  EXPECT_EQ(found(Mode::Bits64, "c5 fe 6f 04 25 00 00 00 00"), "");  // vmovdqu 0,%ymm0; with FS or EVEX:
  EXPECT_EQ(found(Mode::Bits64, "64 c5 fe 6f 04 25 00 00 00 00"),
            "0:is not known to access so many bytes and no others");
  EXPECT_EQ(found(Mode::Bits64, "65 62 f1 fe 48 6f 04 25 08 00 00 00"),
            "0:is not known to access so many bytes and no others");
  EXPECT_EQ(found(Mode::Bits64, "64 c4 e2 71 90 04 25 00 00 00 00"), "");  // vpgatherdd: its index is a vector
}

TEST(RawSlots, DoNotChooseBetweenSegments) {
  EXPECT_EQ(found(Mode::Bits64, "64 65 48 8b 04 25 00 00 00 00"), "0:has more than one segment prefix");
  EXPECT_EQ(found(Mode::Bits64, "64 3e 48 8b 04 25 00 00 00 00"), "6:slot 0+0");  // DS means nothing there
  for (const char* hex : {"65 3e a1 00 00 00 00", "26 65 a1 04 00 00 00", "65 64 a1 00 00 00 00"})
    EXPECT_EQ(found(Mode::Bits32, hex), "0:has more than one segment prefix") << hex;
}

TEST(RawSlots, BytesThatAreNoCodeMatterIfTheyCouldHoldAPrefix) {
  EXPECT_EQ(found(Mode::Bits64, "06 07 c3 64 48 8b 04 25 00 00 00 00", {3}), "8:slot 0+0");
  EXPECT_EQ(found(Mode::Bits64, "06 64 c3 64 48 8b 04 25 00 00 00 00", {3}).find("0:cannot be decoded"), 0);
  EXPECT_EQ(found(Mode::Bits64, "48 b8 64 48 8b 04 25 00 00 00 00", {2}), "7:slot 0+0");  // data before a symbol
}

}  // namespace
}  // namespace xld
