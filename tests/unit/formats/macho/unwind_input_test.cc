// What unwind_input.cc makes of call frame records in objects of ld -r, whose distances are relocations.
#include "formats/macho/unwind_input.h"

#include <gtest/gtest.h>

#include "tests/unit/formats/macho/object_builder.h"

namespace xld::macho {
namespace {

constexpr uint8_t kSubtractor = 5, kUnsigned = 0;
constexpr uint8_t kLocal = N_SECT, kSecondSection = 2;

// A CIE of 24 bytes, an FDE of 32 whose two distances stand without them, and the code it is for.
std::vector<uint8_t> frames() {
  return words({20, 0, 0x00527a01, 0x01107801, 0x08070c10,
                0x00000190,  // CIE "zR", FDE pointers relative to their place
                28, 4, 0, 0, 1, 0, 0x00080e00, 0});
}

TEST(MachoUnwindInput, DistancesMayBeRelocations) {
  constexpr uint32_t kCie = 0, kFde = 1, kCode = 2;
  OneObject object(
      Cpu::X86_64,
      ObjectBuilder<Macho64>().build(
          {{{"__TEXT", "__text", 0, words({0x90909090, 0x90909090}), 0, {}},
            {"__TEXT",
             "__eh_frame",
             8,
             frames(),
             0,
             {plain_reloc(32, kFde, false, 3, true, kSubtractor), plain_reloc(32, kCode, false, 3, true, kUnsigned),
              plain_reloc(28, kCie, false, 2, true, kSubtractor), plain_reloc(28, kFde, false, 2, true, kUnsigned)}}},
           {{"EH_Frame1", kLocal, kSecondSection, 8},
            {"func.eh", kLocal, kSecondSection, 32},
            {"_code", kLocal, 1, 4}}}));
  EXPECT_EQ(object.messages(), "");
  const MachoObject& read = object_of(object.file());
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].fde.offset, 24u);
  EXPECT_EQ(read.frames[0].cie.offset, 0u);
}

}  // namespace
}  // namespace xld::macho
