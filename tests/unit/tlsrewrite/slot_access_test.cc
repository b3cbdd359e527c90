// Accesses to runtime slots: what is rewritten, and what is refused. The instructions were made by an assembler from
// the text beside them.
#include "tlsrewrite/slot_access.h"

#include <gtest/gtest.h>

#include "arch/field.h"
#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

using test::from_hex;
using test::to_hex;
using x86::Mode;

constexpr SlotPlace kLinux64 = {.displacement = -16, .size = 8, .segment_prefix = x86::kFsPrefix};
constexpr SlotPlace kDarwin64 = {
    .displacement = 0x8a0, .size = 8, .segment_prefix = x86::kGsPrefix, .has_thread_pointer = false};
constexpr SlotPlace kLinux32 = {.displacement = -8, .size = 4, .segment_prefix = x86::kGsPrefix};
constexpr SlotPlace kDarwin32 = {
    .displacement = 0x468, .size = 4, .segment_prefix = x86::kGsPrefix, .has_thread_pointer = false};

constexpr SlotField kAbsolute = {.field = Field::Signed32};

struct Case {
  const char* code;
  uint32_t offset;
  SlotField field;
  const char* expected;  // code, or a part of the message
};

std::string rewritten(Mode mode, const Case& c, const SlotPlace& slot) {
  const auto code = from_hex(c.code);
  auto out = code;
  SlotField field = c.field;
  field.offset = c.offset;
  x86::InstructionFinder finder(code, mode);
  const auto change = rewrite_slot_field(finder, field, slot, out, 0);
  if (change) return to_hex(out);
  EXPECT_EQ(to_hex(out), c.code) << "changed although it is refused";
  return change.error().message;
}

void expect_all(Mode mode, const SlotPlace& slot, std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    const std::string result = rewritten(mode, c, slot);
    EXPECT_NE(result.find(c.expected), std::string::npos) << c.code << " became " << result;
  }
}

constexpr SlotField with_addend(SlotField field, int64_t addend) {
  field.addend = addend;
  return field;
}
constexpr SlotField thread_offset(Field field = Field::Signed32) {
  return {.field = field, .is_thread_offset = true};
}

constexpr SlotField kWord64 = {.field = Field::Word64};
constexpr SlotField kUnsigned = {.field = Field::Unsigned32};
constexpr SlotField kWrap = {.field = Field::Wrap32};

TEST(SlotAccess, GetsTheDisplacementAndTheSegment) {
  const std::initializer_list<Case> linux_cases = {
      {"64 48 8b 04 25 00 00 00 00", 5, kAbsolute, "64 48 8b 04 25 f0 ff ff ff"},  // mov %fs:g,%rax
      {"65 48 8b 0c 25 00 00 00 00", 5, kAbsolute, "64 48 8b 0c 25 f0 ff ff ff"},  // mov %gs:g,%rcx
      {"64 48 8b 0c 25 00 00 00 00", 5, thread_offset(), "64 48 8b 0c 25 f0 ff ff ff"},
      {"64 48 a1 00 00 00 00 00 00 00 00", 3, kWord64, "64 48 a1 f0 ff ff ff ff ff ff ff"},        // movabs %fs:g,%rax
      {"64 83 3c 25 00 00 00 00 05", 4, with_addend(kAbsolute, 4), "64 83 3c 25 f4 ff ff ff 05"},  // cmpl $5,%fs:g+4
      {"66 64 c7 04 25 00 00 00 00 01 02", 5, kAbsolute, "66 64 c7 04 25 f0 ff ff ff 01 02"},      // movw $0x201,%fs:g
      {"64 ff 34 25 00 00 00 00", 4, kAbsolute, "64 ff 34 25 f0 ff ff ff"},                        // push %fs:g
      {"64 f2 48 0f 38 f1 04 25 00 00 00 00", 8, kAbsolute, "64 f2 48 0f 38 f1 04 25 f0 ff ff ff"},  // crc32
      {"64 c4 e2 fb f6 04 25 00 00 00 00", 7, kAbsolute, "64 c4 e2 fb f6 04 25 f0 ff ff ff"},        // mulx
      {"64 c5 fa 7e 04 25 00 00 00 00", 6, kAbsolute, "64 c5 fa 7e 04 25 f0 ff ff ff"},              // vmovq
      {"f0 64 48 0f b1 0c 25 00 00 00 00", 7, kAbsolute, "f0 64 48 0f b1 0c 25 f0 ff ff ff"},        // lock cmpxchg
      {"90 b8 00 00 00 64 64 48 8b 04 25 00 00 00 00", 11, kAbsolute,
       "90 b8 00 00 00 64 64 48 8b 04 25 f0 ff ff ff"},  // after mov $0x64000000,%eax
  };
  expect_all(Mode::Bits64, kLinux64, linux_cases);
  expect_all(Mode::Bits64, kDarwin64,
             {{"64 48 8b 04 25 00 00 00 00", 5, kAbsolute, "65 48 8b 04 25 a0 08 00 00"},
              {"64 48 a1 00 00 00 00 00 00 00 00", 3, kWord64, "65 48 a1 a0 08 00 00 00 00 00 00"},
              {"64 67 8b 0c 25 00 00 00 00", 5, kUnsigned, "65 67 8b 0c 25 a0 08 00 00"}});
  expect_all(Mode::Bits32, kLinux32,
             {{"65 a1 00 00 00 00", 2, kWrap, "65 a1 f8 ff ff ff"},                          // mov %gs:g,%eax
              {"64 8b 0d 00 00 00 00", 3, kWrap, "65 8b 0d f8 ff ff ff"},                    // mov %fs:g,%ecx
              {"65 88 0d 00 00 00 00", 3, with_addend(kWrap, 3), "65 88 0d fb ff ff ff"}});  // mov %cl,%gs:g+3
  expect_all(Mode::Bits32, kDarwin32, {{"65 a1 00 00 00 00", 2, kWrap, "65 a1 68 04 00 00"}});
}

// %gs:g(%rip) at 0x1000: the distance to the slot's number, or an address of 32 bits for the accumulator.
TEST(SlotAccess, RelativeToTheProgramCounter) {
  SlotField field = {.field = Field::Signed32, .place = 0x1004, .addend = -4, .is_relative = true};
  SlotPlace movable = kDarwin64;
  movable.has_fixed_address = false;
  const Case load = {"65 48 8b 05 00 00 00 00", 4, field, "65 48 8b 05 98 f8 ff ff"};
  EXPECT_EQ(rewritten(Mode::Bits64, load, kDarwin64), load.expected);
  EXPECT_EQ(rewritten(Mode::Bits64, load, movable), "67 65 48 a1 a0 08 00 00");
  const Case store = {"65 48 89 05 00 00 00 00", 4, field, "67 65 48 a3 a0 08 00 00"};
  EXPECT_EQ(rewritten(Mode::Bits64, store, movable), store.expected);
  const Case other = {"65 48 8b 0d 00 00 00 00", 4, field, "cannot hold"};
  EXPECT_NE(rewritten(Mode::Bits64, other, movable).find(other.expected), std::string::npos);
  field.addend = -5;  // as assemblers count for an immediate behind the field
  const Case compare = {"65 83 3d 00 00 00 00 05", 3, field, "65 83 3d 99 f8 ff ff 05"};
  field.place = 0x1003;
  EXPECT_EQ(rewritten(Mode::Bits64, {compare.code, 3, field, ""}, kDarwin64), "65 83 3d 98 f8 ff ff 05");
  field.place = uint64_t{1} << 33;  // out of reach
  EXPECT_NE(rewritten(Mode::Bits64, {compare.code, 3, field, ""}, kDarwin64).find("cannot hold"), std::string::npos);
}

TEST(SlotAccess, ThroughTheThreadPointer) {
  const Case load = {"8b 80 00 00 00 00", 2, thread_offset(Field::Wrap32), "8b 80 f8 ff ff ff"};  // mov g@ntpoff(%eax)
  EXPECT_EQ(rewritten(Mode::Bits32, load, kLinux32), load.expected);
  EXPECT_NE(rewritten(Mode::Bits32, load, kDarwin32).find("does not hold the address"), std::string::npos);
  const Case wide = {"48 8b 80 00 00 00 00", 3, thread_offset(), "48 8b 80 f0 ff ff ff"};
  EXPECT_EQ(rewritten(Mode::Bits64, wide, kLinux64), wide.expected);
  const Case number = {"48 c7 c0 00 00 00 00", 3, thread_offset(), "48 c7 c0 f0 ff ff ff"};  // mov $g@tpoff,%rax
  EXPECT_EQ(rewritten(Mode::Bits64, number, kLinux64), number.expected);
  EXPECT_NE(rewritten(Mode::Bits64, number, kDarwin64).find("as a number"), std::string::npos);
}

// Through the thread pointer: a jump to code that loads it, makes the access and jumps back.
TEST(SlotAccess, ByDetour) {
  struct Move {
    const char* code;
    uint32_t offset;
    const char* jump;
    const char* detour;
  };
  const Move moves[] = {
      // mov %gs:g,%eax -> mov %gs:0,%eax; mov -8(%eax),%eax; jmp
      {"65 a1 00 00 00 00", 2, "e9 fb 0f 00 00 90", "65 8b 05 00 00 00 00 8b 40 f8 e9 f7 ef ff ff"},
      {"65 8b 35 00 00 00 00", 3, "e9 fb 0f 00 00 66 90", "65 8b 35 00 00 00 00 8b 76 f8 e9 f8 ef ff ff"},
      // mov %edx,%gs:g -> push %eax; mov %gs:0,%eax; mov %edx,-8(%eax); pop %eax; jmp
      {"65 89 15 00 00 00 00", 3, "e9 fb 0f 00 00 66 90", "50 65 8b 05 00 00 00 00 89 50 f8 58 e9 f6 ef ff ff"},
      {"65 a3 00 00 00 00", 2, "e9 fb 0f 00 00 90", "51 65 8b 0d 00 00 00 00 89 41 f8 59 e9 f5 ef ff ff"},
      // movl $7,%gs:g
      {"65 c7 05 00 00 00 00 07 00 00 00", 3, "e9 fb 0f 00 00 66 90 66 66 66 90",
       "51 65 8b 0d 00 00 00 00 c7 41 f8 07 00 00 00 59 e9 f6 ef ff ff"},
  };
  for (const Move& move : moves) {
    const auto code = from_hex(move.code);
    SlotField field = kWrap;
    field.offset = move.offset;
    field.place = 0x8000 + move.offset;
    SlotPlace slot = kLinux32;
    slot.detour = 0x9000;
    x86::InstructionFinder finder(code, Mode::Bits32);
    EXPECT_TRUE(takes_detour(finder, field)) << move.code;
    auto out = code;
    EXPECT_TRUE(rewrite_slot_field(finder, field, slot, out, 0)) << move.code;
    EXPECT_EQ(to_hex(out), move.jump);
    std::vector<uint8_t> detour(kDetourSize);
    write_slot_detour(finder, field, slot, detour);
    EXPECT_EQ(to_hex(detour).substr(0, std::string_view(move.detour).size()), move.detour);
  }
}

TEST(SlotAccess, DetoursAreForMovesOfAWord) {
  SlotPlace slot = kLinux32;
  slot.detour = 0x9000;
  expect_all(Mode::Bits32, slot,
             {{"65 03 05 00 00 00 00", 3, kWrap, "only a mov"},    // add %gs:g,%eax
              {"65 8b 25 00 00 00 00", 3, kWrap, "only a mov"},    // mov %gs:g,%esp
              {"66 65 a1 00 00 00 00", 3, kWrap, "only a mov"}});  // mov %gs:g,%ax
}

// Two bytes of data in front of %gs:g are the beginning of an addition of a number, or are not.
TEST(SlotAccess, DataInFrontOfAnAccessIsNoGuess) {
  const Case wide = {"81 84 65 48 8b 04 25 00 00 00 00", 7, kAbsolute, "may be an access or an instruction"};
  EXPECT_NE(rewritten(Mode::Bits64, wide, kLinux64).find(wide.expected), std::string::npos);
  const Case narrow = {"69 05 00 00 65 a1 00 00 00 00", 6, kWrap, "may be an access or an instruction"};
  EXPECT_NE(rewritten(Mode::Bits32, narrow, kLinux32).find(narrow.expected), std::string::npos);
  const Case number = {"81 84 25 48 8b 04 25 00 00 00 00", 7, kAbsolute, "81 84 25 48 8b 04 25 f0 ff ff ff"};
  EXPECT_EQ(rewritten(Mode::Bits64, number, kLinux64), number.expected);
}

TEST(SlotAccess, RefusesWhatIsNoAccessToTheSlot) {
  expect_all(Mode::Bits64, kLinux64,
             {{"48 8b 04 25 00 00 00 00", 4, kAbsolute, "no segment prefix"},
              {"64 48 8b 80 00 00 00 00", 4, kAbsolute, "adds a register"},     // %fs:g(%rax)
              {"64 48 8b 04 c5 00 00 00 00", 5, kAbsolute, "adds a register"},  // %fs:g(,%rax,8)
              {"64 48 8b 04 25 00 00 00 00", 5, with_addend(kAbsolute, 4), "8 bytes at offset 4"},
              {"64 48 8b 04 25 00 00 00 00", 5, with_addend(kAbsolute, 8), "8 bytes at offset 8"},
              {"64 48 8b 04 25 00 00 00 00", 5, with_addend(kAbsolute, -8), "8 bytes at offset -8"},
              {"64 0f 28 04 25 00 00 00 00", 5, kAbsolute, "does not know how many bytes"},     // movaps
              {"64 c5 f8 28 04 25 00 00 00 00", 6, kAbsolute, "does not know how many bytes"},  // vmovaps
              {"64 48 0f a3 04 25 00 00 00 00", 6, kAbsolute, "does not know how many bytes"},  // bt %rax,%fs:g
              {"64 67 8b 0c 25 00 00 00 00", 5, kUnsigned, "cannot hold"},                      // addr32 and -16
              {"65 64 48 8b 04 25 00 00 00 00", 6, kAbsolute, "more than one segment"},
              {"48 8d 04 25 00 00 00 00", 4, kUnsigned, "does not fit"},  // lea g,%rax
              {"e8 00 00 00 00", 2, kAbsolute, "neither the displacement"},
              {"06 64 48 8b 04 25 00 00 00 00", 6, kAbsolute, "cannot be decoded"}});
  expect_all(
      Mode::Bits32, kLinux32,
      {{"65 a1 00 00 00 00", 2, {.field = Field::Wrap32, .is_thread_offset = true, .is_negated = true}, "wrong sign"},
       {"66 65 a1 00 00 00 00", 3, with_addend(kWrap, 3), "2 bytes at offset 3"},
       {"65 3e a1 00 00 00 00", 3, kWrap, "more than one segment"},
       {"65 dd 05 00 00 00 00", 3, kWrap, "does not know how many bytes"}});  // fldl %gs:g
}

}  // namespace
}  // namespace xld
