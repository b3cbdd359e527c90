// GOT loads: every form of both CPUs, with the bytes expected after shortening. The bytes were made by an assembler
// from the instructions in the comments, and compared with what GNU ld makes of them.
#include <gtest/gtest.h>
#include <random>

#include "arch/arch.h"
#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

using test::from_hex;
using test::to_hex;
using enum GotLoadForm;

constexpr uint64_t kSymbol = 0x401234;
constexpr uint64_t kPlace = 0x401000;
constexpr uint64_t kGotBase = 0x403000;

constexpr GotLoadFacts kFixed = {false, false};
constexpr GotLoadFacts kFixedAbsolute = {false, true};
constexpr GotLoadFacts kMoving = {true, false};
constexpr GotLoadFacts kMovingAbsolute = {true, true};

struct Case {
  const char* code;
  uint32_t offset;
  uint8_t lead;
  GotLoadFacts facts;
  GotLoadForm form;
  const char* expected;
};

Reloc reloc_for(Cpu cpu, const Case& c, From from) {
  Reloc reloc;
  reloc.offset = c.offset;
  reloc.want = Want::GotSlot;
  reloc.from = from;
  reloc.hints = hint::kMayShortenGot;
  reloc.lead = c.lead;
  reloc.addend = cpu == Cpu::X86_64 ? -4 : 0;
  return reloc;
}

void expect(Cpu cpu, const Case& c, From from) {
  SCOPED_TRACE(c.code);
  auto code = from_hex(c.code);
  const Reloc reloc = reloc_for(cpu, c, from);
  const Arch& arch = arch_for(cpu);
  const GotLoadForm form = arch.classify_got_load(code, reloc, c.facts);
  EXPECT_EQ(form, c.form);
  EXPECT_EQ(arch.shorten_got_load(form, code, reloc, kSymbol, kPlace, kGotBase), form != Keep);
  EXPECT_EQ(to_hex(code), c.expected);
}

TEST(GotLoadX86_64, Forms) {
  const Case cases[] = {
      // mov foo@GOTPCREL(%rip),%edx -> lea foo(%rip),%edx
      {"8b 15 00 00 00 00", 2, 2, kMoving, LoadAddress, "8d 15 30 02 00 00"},
      // mov foo@GOTPCREL(%rip),%r15 -> lea foo(%rip),%r15
      {"4c 8b 3d 00 00 00 00", 3, 3, kMoving, LoadAddress, "4c 8d 3d 30 02 00 00"},
      {"4c 8b 3d 00 00 00 00", 3, 3, kFixed, LoadAddress, "4c 8d 3d 30 02 00 00"},
      // mov foo@GOTPCREL(%rip),%r15 -> mov $foo,%r15
      {"4c 8b 3d 00 00 00 00", 3, 3, kMovingAbsolute, Immediate, "49 c7 c7 34 12 40 00"},
      {"4c 8b 3d 00 00 00 00", 3, 3, kFixedAbsolute, Immediate, "49 c7 c7 34 12 40 00"},
      // the same with R_X86_64_GOTPCREL, which promises nothing
      {"4c 8b 3d 00 00 00 00", 3, 0, kMoving, LoadAddress, "4c 8d 3d 30 02 00 00"},
      {"4c 8b 3d 00 00 00 00", 3, 0, kFixedAbsolute, LoadAddress, "4c 8d 3d 30 02 00 00"},
      {"4c 8b 3d 00 00 00 00", 3, 0, kMovingAbsolute, Keep, "4c 8b 3d 00 00 00 00"},
      {"90 8b 3d 00 00 00 00", 3, 0, kMoving, Keep, "90 8b 3d 00 00 00 00"},
      {"48 03 3d 00 00 00 00", 3, 0, kFixed, Keep, "48 03 3d 00 00 00 00"},
      // mov foo@GOTPCREL(%rip),%r25 -> lea foo(%rip),%r25, or mov $foo,%r25
      {"d5 4c 8b 0d 00 00 00 00", 4, 4, kMoving, LoadAddress, "d5 4c 8d 0d 30 02 00 00"},
      {"d5 4c 8b 0d 00 00 00 00", 4, 4, kFixedAbsolute, Immediate, "d5 19 c7 c1 34 12 40 00"},
      // call *foo@GOTPCREL(%rip) -> addr32 call foo
      {"ff 15 00 00 00 00", 2, 2, kMoving, Call, "67 e8 30 02 00 00"},
      {"ff 15 00 00 00 00", 2, 2, kFixedAbsolute, Call, "67 e8 30 02 00 00"},
      {"ff 15 00 00 00 00", 2, 2, kMovingAbsolute, Keep, "ff 15 00 00 00 00"},
      // jmp *foo@GOTPCREL(%rip) -> jmp foo; nop
      {"ff 25 00 00 00 00", 2, 2, kMoving, Jump, "e9 31 02 00 00 90"},
      // push foo@GOTPCREL(%rip)
      {"ff 35 00 00 00 00", 2, 2, kFixed, Keep, "ff 35 00 00 00 00"},
      // test %r10,foo@GOTPCREL(%rip) -> test $foo,%r10
      {"4c 85 15 00 00 00 00", 3, 3, kFixed, Immediate, "49 f7 c2 34 12 40 00"},
      {"4c 85 15 00 00 00 00", 3, 3, kMoving, Keep, "4c 85 15 00 00 00 00"},
      // add, or, adc, sbb, and, sub, xor, cmp foo@GOTPCREL(%rip),%ecx -> ... $foo,%ecx
      {"03 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 c1 34 12 40 00"},
      {"0b 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 c9 34 12 40 00"},
      {"13 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 d1 34 12 40 00"},
      {"1b 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 d9 34 12 40 00"},
      {"23 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 e1 34 12 40 00"},
      {"2b 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 e9 34 12 40 00"},
      {"33 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 f1 34 12 40 00"},
      {"3b 0d 00 00 00 00", 2, 2, kFixed, Immediate, "81 f9 34 12 40 00"},
      {"03 0d 00 00 00 00", 2, 2, kMovingAbsolute, Immediate, "81 c1 34 12 40 00"},
      // sub foo@GOTPCREL(%rip),%rsp -> sub $foo,%rsp
      {"48 2b 25 00 00 00 00", 3, 3, kFixed, Immediate, "48 81 ec 34 12 40 00"},
      // xchg, and a memory operand with a base register
      {"87 0d 00 00 00 00", 2, 2, kFixed, Keep, "87 0d 00 00 00 00"},
      {"8b 8b 00 00 00 00", 2, 2, kFixed, Keep, "8b 8b 00 00 00 00"},
      // no REX prefix where one is promised; field too early or too late in the code
      {"90 8b 0d 00 00 00 00", 3, 3, kFixed, Keep, "90 8b 0d 00 00 00 00"},
      {"8b 0d 00 00 00 00", 2, 3, kFixed, Keep, "8b 0d 00 00 00 00"},
      {"8b 0d 00 00 00", 2, 2, kFixed, Keep, "8b 0d 00 00 00"},
  };
  for (const Case& c : cases) expect(Cpu::X86_64, c, From::Place);
}

TEST(GotLoadX86_64, KeepsReadsBesideTheSlot) {
  const auto code = from_hex("8b 15 00 00 00 00");
  Reloc reloc = reloc_for(Cpu::X86_64, {"", 2, 2, kMoving, Keep, ""}, From::Place);
  reloc.addend = 0;
  EXPECT_EQ(arch_for(Cpu::X86_64).classify_got_load(code, reloc, kMoving), Keep);
}

TEST(GotLoadX86_64, FallsBackWhereTheValueDoesNotFit) {
  struct Far {
    const char* code;
    uint8_t lead;
    GotLoadForm form;
    uint64_t symbol;
    bool fits;
  };
  const Far cases[] = {
      {"48 8b 05 00 00 00 00", 3, LoadAddress, kPlace + 4 + INT32_MAX, true},
      {"48 8b 05 00 00 00 00", 3, LoadAddress, kPlace + 5 + INT32_MAX, false},
      {"48 8b 05 00 00 00 00", 3, Immediate, INT32_MAX, true},
      {"48 8b 05 00 00 00 00", 3, Immediate, uint64_t{INT32_MAX} + 1, false},
      {"48 8b 05 00 00 00 00", 3, Immediate, static_cast<uint64_t>(INT32_MIN), true},
      {"90 8b 05 00 00 00 00", 2, Immediate, UINT32_MAX, true},
      {"90 8b 05 00 00 00 00", 2, Immediate, uint64_t{UINT32_MAX} + 1, false},
      {"90 ff 15 00 00 00 00", 2, Call, kPlace + 4 + INT32_MAX, true},
      {"90 ff 15 00 00 00 00", 2, Call, kPlace + 5 + INT32_MAX, false},
      {"90 ff 25 00 00 00 00", 2, Jump, kPlace + 3 + INT32_MAX, true},
      {"90 ff 25 00 00 00 00", 2, Jump, kPlace + 4 + INT32_MAX, false},
  };
  for (const Far& c : cases) {
    auto code = from_hex(c.code);
    const Reloc reloc = reloc_for(Cpu::X86_64, {"", 3, c.lead, {}, Keep, ""}, From::Place);
    EXPECT_EQ(arch_for(Cpu::X86_64).shorten_got_load(c.form, code, reloc, c.symbol, kPlace, kGotBase), c.fits)
        << c.code;
    EXPECT_EQ(to_hex(code) == c.code, !c.fits) << c.code;
  }
}

TEST(GotLoadI386, WithBaseRegister) {
  const Case cases[] = {
      // mov foo@GOT(%ebx),%ecx -> lea foo@GOTOFF(%ebx),%ecx, or mov $foo,%ecx
      {"8b 8b 00 00 00 00", 2, 2, kMoving, LoadAddress, "8d 8b 34 e2 ff ff"},
      {"8b 8b 00 00 00 00", 2, 0, kMoving, LoadAddress, "8d 8b 34 e2 ff ff"},
      {"8b 8b 00 00 00 00", 2, 2, kFixed, Immediate, "c7 c1 34 12 40 00"},
      {"8b 8b 00 00 00 00", 2, 2, kMovingAbsolute, Immediate, "c7 c1 34 12 40 00"},
      // call *foo@GOT(%ebx), jmp *foo@GOT(%ecx)
      {"ff 93 00 00 00 00", 2, 2, kMoving, Call, "67 e8 30 02 00 00"},
      {"ff 93 00 00 00 00", 2, 0, kMoving, Keep, "ff 93 00 00 00 00"},
      {"ff 93 00 00 00 00", 2, 2, kMovingAbsolute, Keep, "ff 93 00 00 00 00"},
      {"ff a1 00 00 00 00", 2, 2, kMoving, Jump, "e9 31 02 00 00 90"},
      // add foo@GOT(%ebx),%esi; test %eax,foo@GOT(%ebx)
      {"03 b3 00 00 00 00", 2, 2, kFixed, Immediate, "81 c6 34 12 40 00"},
      {"03 b3 00 00 00 00", 2, 2, kMoving, Keep, "03 b3 00 00 00 00"},
      {"85 83 00 00 00 00", 2, 2, kFixed, Immediate, "f7 c0 34 12 40 00"},
      // mov foo@GOT(%ebx,%ecx,1),%eax
      {"8b 84 0b 00 00 00 00", 3, 2, kFixed, Keep, "8b 84 0b 00 00 00 00"},
      // no base register after all
      {"8b 0d 00 00 00 00", 2, 2, kFixed, Keep, "8b 0d 00 00 00 00"},
  };
  for (const Case& c : cases) expect(Cpu::I386, c, From::GotBase);
}

TEST(GotLoadI386, WithoutBaseRegister) {
  const Case cases[] = {
      // mov foo@GOT,%ecx; call *foo@GOT; jmp *foo@GOT; cmp foo@GOT,%edi
      {"8b 0d 00 00 00 00", 2, 2, kFixed, Immediate, "c7 c1 34 12 40 00"},
      {"8b 0d 00 00 00 00", 2, 2, kMoving, Keep, "8b 0d 00 00 00 00"},
      {"ff 15 00 00 00 00", 2, 2, kFixed, Call, "67 e8 30 02 00 00"},
      {"ff 25 00 00 00 00", 2, 2, kFixed, Jump, "e9 31 02 00 00 90"},
      {"3b 3d 00 00 00 00", 2, 2, kFixed, Immediate, "81 ff 34 12 40 00"},
  };
  for (const Case& c : cases) expect(Cpu::I386, c, From::Nothing);
}

// Whatever the bytes: nothing outside the instruction is read (the sanitizers watch) or written.
TEST(GotLoad, RandomBytesStayInBounds) {
  std::mt19937 random(1);
  const uint8_t likely[] = {0x8b, 0xff, 0x85, 0x03, 0x2b, 0x48, 0x4c, 0xd5, 0x05, 0x15, 0x25, 0x83, 0x93, 0xa3};
  size_t rewritten = 0;
  for (int round = 0; round < 200000; round++) {
    std::vector<uint8_t> code(random() % 12);
    for (uint8_t& byte : code) byte = random() % 4 ? likely[random() % sizeof likely] : static_cast<uint8_t>(random());
    const Cpu cpu = random() % 2 ? Cpu::X86_64 : Cpu::I386;
    const Case c = {"", static_cast<uint32_t>(random() % 14), static_cast<uint8_t>(random() % 7), {}, Keep, ""};
    const Reloc reloc = reloc_for(cpu, c, random() % 2 ? From::GotBase : From::Nothing);
    const Arch& arch = arch_for(cpu);
    const auto before = code;
    const GotLoadForm form = arch.classify_got_load(code, reloc, {random() % 2 == 0, random() % 2 == 0});
    if (!arch.shorten_got_load(form, code, reloc, kSymbol, kPlace, kGotBase)) {
      EXPECT_EQ(code, before);
      continue;
    }
    rewritten++;
    for (size_t i = 0; i < code.size(); i++) {
      const bool is_outside = i + 4 < c.offset || i >= c.offset + 4;
      ASSERT_TRUE(!is_outside || code[i] == before[i]) << to_hex(before);
    }
  }
  EXPECT_GT(rewritten, 300u);
}

}  // namespace
}  // namespace xld
