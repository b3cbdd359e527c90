// Registers of i386 call frame information: every instruction that names one, and expressions. The records were written
// after DWARF 5 §6.4.2 and §2.5; what is expected has 4 and 5 exchanged and nothing else.
#include "formats/elf_to_macho/frame_registers.h"

#include <gtest/gtest.h>

#include "tests/unit/arch/hex.h"

namespace xld::elf_to_macho {
namespace {

using test::from_hex;
using test::to_hex;

// A CIE with these instructions.
std::vector<uint8_t> record(const char* instructions) {
  std::vector<uint8_t> bytes = from_hex("00 00 00 00 00 00 00 00 01 00 01 7c 08");
  for (const uint8_t byte : from_hex(instructions)) bytes.push_back(byte);
  bytes[0] = static_cast<uint8_t>(bytes.size() - 4);
  return bytes;
}

TEST(FrameRegisters, TwoAreExchanged) {
  const std::pair<const char*, const char*> cases[] = {
      {"0c 04 04 88 01", "0c 05 04 88 01"},        // def_cfa esp, 4; offset eip
      {"41 0e 08 85 02", "41 0e 08 84 02"},        // advance; def_cfa_offset; offset ebp
      {"0d 05 c5 c6 0a 0b", "0d 04 c4 c6 0a 0b"},  // def_cfa_register ebp; restore ebp, esi; states
      {"05 05 04 06 05 07 04 08 04", "05 04 04 06 04 07 05 08 05"},
      {"09 04 05 11 05 7e 12 04 04", "09 05 04 11 04 7e 12 05 04"},
      {"14 05 04 2e 04 02 04 03 04 05 04 04 05 04 05", "14 04 04 2e 04 02 04 03 04 05 04 04 05 04 05"},
      {"0f 03 75 7c 06", "0f 03 74 7c 06"},                    // the frame is where -4(ebp) says
      {"10 05 02 75 00", "10 04 02 74 00"},                    // ebp is saved at ebp
      {"16 03 05 92 05 04 23 04", "16 03 05 92 04 04 23 04"},  // bregx ebp, 4; plus_uconst
  };
  for (const auto& [before, after] : cases) {
    std::vector<uint8_t> bytes = record(before);
    EXPECT_FALSE(swap_frame_registers(bytes)) << before;
    EXPECT_EQ(to_hex(bytes), to_hex(record(after))) << before;
  }
}

TEST(FrameRegisters, ARecordMayStandBeforeTheOneItRefersTo) {
  // An FDE, whose pointers and augmentation ("zR", 4 bytes relative) the CIE behind it explains: def_cfa_register ebp.
  const std::string fde = "12 00 00 00 ee ff ff ff 00 00 00 00 10 00 00 00 00 0d ";
  const std::string cie = " 10 00 00 00 00 00 00 00 01 7a 52 00 01 7c 08 01 1b 0c ";
  std::vector<uint8_t> bytes = from_hex((fde + "05 00 00 00" + cie + "04 04").c_str());
  bytes[4] = static_cast<uint8_t>(4 - 22);
  EXPECT_FALSE(swap_frame_registers(bytes));
  EXPECT_EQ(bytes[18], 4);
  EXPECT_EQ(bytes[bytes.size() - 2], 5);
}

TEST(FrameRegisters, WhatIsNotKnownIsAnError) {
  for (const char* instructions : {"3f", "0f 7f 75", "0f 01 ff", "0c", "85 80"}) {
    std::vector<uint8_t> bytes = record(instructions);
    EXPECT_TRUE(swap_frame_registers(bytes)) << instructions;
  }
}

}  // namespace
}  // namespace xld::elf_to_macho
