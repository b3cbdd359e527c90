// Stubs and padding of the x86 CPUs.
#include <gtest/gtest.h>

#include "arch/arch.h"
#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

std::string stub(Cpu cpu, bool position_independent) {
  std::vector<uint8_t> code(arch_for(cpu).stub_size);
  arch_for(cpu).write_stub(code, 0x401000, 0x403018, 0x403000, position_independent);
  return test::to_hex(code);
}

TEST(Stub, JumpsThroughItsSlot) {
  // endbr64; jmp *0x200e(%rip)
  EXPECT_EQ(stub(Cpu::X86_64, true), "f3 0f 1e fa ff 25 0e 20 00 00 cc cc cc cc cc cc");
  EXPECT_EQ(stub(Cpu::X86_64, false), stub(Cpu::X86_64, true));
  // endbr32; jmp *0x403018, or jmp *0x18(%ebx)
  EXPECT_EQ(stub(Cpu::I386, false), "f3 0f 1e fb ff 25 18 30 40 00 cc cc cc cc cc cc");
  EXPECT_EQ(stub(Cpu::I386, true), "f3 0f 1e fb ff a3 18 00 00 00 cc cc cc cc cc cc");
}

std::string short_stub(Cpu cpu, bool position_independent) {
  const Arch& arch = arch_for(cpu);
  std::vector<uint8_t> code(size_t{arch.jump_size} + arch.binding_size);
  arch.write_jump(code, 0x401010, 0x403018, 0x403000, position_independent);
  arch.write_binding(MutableBytes(code).subspan(arch.jump_size), 0x401016, 0x401000, 3);
  return test::to_hex(code);
}

TEST(Stub, BindsItselfOnTheFirstCall) {
  // jmp *0x2002(%rip); push $3; jmp 0x401000
  EXPECT_EQ(short_stub(Cpu::X86_64, true), "ff 25 02 20 00 00 68 03 00 00 00 e9 e0 ff ff ff");
  EXPECT_EQ(short_stub(Cpu::X86_64, false), short_stub(Cpu::X86_64, true));
  // jmp *0x403018, or jmp *0x18(%ebx); push $24: the record's offset; jmp 0x401000
  EXPECT_EQ(short_stub(Cpu::I386, false), "ff 25 18 30 40 00 68 18 00 00 00 e9 e0 ff ff ff");
  EXPECT_EQ(short_stub(Cpu::I386, true), "ff a3 18 00 00 00 68 18 00 00 00 e9 e0 ff ff ff");
}

std::string guarded_jump(Cpu cpu, bool position_independent) {
  std::vector<uint8_t> code(arch_for(cpu).guarded_size);
  arch_for(cpu).write_guarded_jump(code, 0x401000, 0x403018, 0x403000, position_independent);
  return test::to_hex(Bytes(code).first(29));
}

TEST(Stub, LeavesNothingToGuess) {
  // mov 0x2011(%rip),%r11; call 1f; 2: pause; lfence; jmp 2b; 1: mov %r11,(%rsp); ret; int3
  EXPECT_EQ(guarded_jump(Cpu::X86_64, true),
            "4c 8b 1d 11 20 00 00 e8 07 00 00 00 f3 90 0f ae e8 eb f9 4c 89 1c 24 c3 cc cc cc cc cc");
  // push %ecx; mov 0x403018,%ecx, or mov 0x18(%ebx),%ecx; the same; mov %ecx,(%esp); mov 4(%esp),%ecx; ret $4
  EXPECT_EQ(guarded_jump(Cpu::I386, false),
            "51 8b 0d 18 30 40 00 e8 07 00 00 00 f3 90 0f ae e8 eb f9 89 0c 24 8b 4c 24 04 c2 04 00");
  EXPECT_EQ(guarded_jump(Cpu::I386, true),
            "51 8b 8b 18 00 00 00 e8 07 00 00 00 f3 90 0f ae e8 eb f9 89 0c 24 8b 4c 24 04 c2 04 00");
}

TEST(Padding, IsMadeOfNops) {
  const char* expected[] = {"", "90", "66 90", "66 66 90", "66 66 66 90", "90 66 66 66 90", "66 90 66 66 66 90"};
  for (size_t size = 0; size < std::size(expected); size++) {
    for (Cpu cpu : {Cpu::X86_64, Cpu::I386}) {
      std::vector<uint8_t> code(size + 2, 0xee);
      arch_for(cpu).fill_padding(MutableBytes(code).subspan(1, size));
      EXPECT_EQ(test::to_hex(Bytes(code).subspan(1, size)), expected[size]);
      EXPECT_EQ(code.front(), 0xee);
      EXPECT_EQ(code.back(), 0xee);
    }
  }
}

}  // namespace
}  // namespace xld
