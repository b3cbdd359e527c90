// What instructions do with the symbols of their relocated fields: Arch::classify_access.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "arch/arch.h"
#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

constexpr std::string_view kNothing;

SymbolAccess classify(Cpu cpu, std::string_view code, uint32_t offset, Want want, From from, Field field) {
  const auto bytes = test::from_hex(code);
  Reloc reloc;
  reloc.offset = offset;
  reloc.want = want;
  reloc.from = from;
  reloc.field = field;
  return arch_for(cpu).classify_access(bytes, reloc);
}

SymbolAccess relative(std::string_view code, uint32_t offset) {
  return classify(Cpu::X86_64, code, offset, Want::Address, From::Place, Field::Signed32);
}
SymbolAccess absolute(std::string_view code, uint32_t offset) {
  return classify(Cpu::X86_64, code, offset, Want::Address, From::Nothing, Field::Signed32);
}
SymbolAccess slot(std::string_view code, uint32_t offset) {
  return classify(Cpu::X86_64, code, offset, Want::GotSlot, From::Place, Field::Signed32);
}
SymbolAccess absolute_32(std::string_view code, uint32_t offset) {
  return classify(Cpu::I386, code, offset, Want::Address, From::Nothing, Field::Wrap32);
}
SymbolAccess slot_32(std::string_view code, uint32_t offset) {
  return classify(Cpu::I386, code, offset, Want::GotSlot, From::GotBase, Field::Wrap32);
}

TEST(SymbolAccess, BranchesGoToTheSymbol) {
  EXPECT_EQ(relative("90 e8 00 00 00 00", 2), SymbolAccess::Branch);  // call f
  EXPECT_EQ(relative("90 e9 00 00 00 00", 2), SymbolAccess::Branch);  // jmp f
  EXPECT_EQ(relative("0f 84 00 00 00 00", 2), SymbolAccess::Branch);  // je f
  EXPECT_EQ(classify(Cpu::I386, "90 e8 00 00 00 00", 2, Want::Address, From::Place, Field::Wrap32),
            SymbolAccess::Branch);
  EXPECT_EQ(classify(Cpu::X86_64, "90 e8 00 00 00 00", 2, Want::Stub, From::Place, Field::Signed32),
            SymbolAccess::Branch);
}

TEST(SymbolAccess, OperandsInMemoryReadIt) {
  EXPECT_EQ(relative("48 8b 05 00 00 00 00", 3), SymbolAccess::Memory);     // mov p(%rip), %rax
  EXPECT_EQ(relative("48 83 3d 00 00 00 00 00", 3), SymbolAccess::Memory);  // cmpq $0, p(%rip)
  EXPECT_EQ(relative("ff 15 00 00 00 00", 2), SymbolAccess::Memory);        // call *p(%rip)
  EXPECT_EQ(absolute("48 8b 04 25 00 00 00 00", 4), SymbolAccess::Memory);  // mov p, %rax
  EXPECT_EQ(absolute_32("8b 0d 00 00 00 00", 2), SymbolAccess::Memory);     // mov p, %ecx
  EXPECT_EQ(absolute_32("90 a1 00 00 00 00", 2), SymbolAccess::Memory);     // mov p, %eax
}

TEST(SymbolAccess, AddressesProveNothing) {
  EXPECT_EQ(relative("48 8d 05 00 00 00 00", 3), SymbolAccess::Address);  // lea f(%rip), %rax
  EXPECT_EQ(absolute("90 bf 00 00 00 00", 2), SymbolAccess::Address);     // mov $f, %edi
  EXPECT_EQ(absolute("48 c7 c0 00 00 00 00", 3), SymbolAccess::Address);  // mov $f, %rax
  EXPECT_EQ(absolute_32("90 68 00 00 00 00", 2), SymbolAccess::Address);  // push $f
  EXPECT_EQ(absolute_32("90 b8 00 00 00 00", 2), SymbolAccess::Address);  // mov $f, %eax
  EXPECT_EQ(absolute_32("8d 05 00 00 00 00", 2), SymbolAccess::Address);  // lea f, %eax
}

TEST(SymbolAccess, TheNextInstructionUsesTheAddressInASlot) {
  EXPECT_EQ(slot("ff 15 00 00 00 00", 2), SymbolAccess::Branch);                 // call *f@GOTPCREL(%rip)
  EXPECT_EQ(slot("ff 25 00 00 00 00", 2), SymbolAccess::Branch);                 // jmp *f@GOTPCREL(%rip)
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 48 8b 38", 3), SymbolAccess::Memory);     // mov (%rax), %rdi
  EXPECT_EQ(slot("4c 8b 1d 00 00 00 00 49 8b 3b", 3), SymbolAccess::Memory);     // r11: mov (%r11), %rdi
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 48 83 38 00", 3), SymbolAccess::Memory);  // cmpq $0, (%rax)
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 ff 10", 3), SymbolAccess::Memory);        // call *(%rax)
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 ff d0", 3), SymbolAccess::Branch);        // call *%rax
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 48 8b 3b", 3), SymbolAccess::Address);    // another register
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 49 8b 38", 3), SymbolAccess::Address);    // r8, not rax
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 48 89 c7", 3), SymbolAccess::Address);    // mov %rax, %rdi
  EXPECT_EQ(slot("48 8b 25 00 00 00 00 48 8b 24 24", 3), SymbolAccess::Memory);  // mov (%rsp), %rsp
  EXPECT_EQ(slot("48 8b 05 00 00 00 00", 3), SymbolAccess::Address);             // the code ends here
  EXPECT_EQ(slot("48 8b 05 00 00 00 00 48", 3), SymbolAccess::Address);
  EXPECT_EQ(slot_32("8b 83 00 00 00 00 8b 00", 2), SymbolAccess::Memory);  // f@GOT(%ebx); mov (%eax), %eax
  EXPECT_EQ(slot_32("ff 93 00 00 00 00", 2), SymbolAccess::Branch);        // call *f@GOT(%ebx)
}

TEST(SymbolAccess, OtherInstructionsMayStandBetween) {
  const auto after_load = [](std::string_view more) { return slot("48 8b 05 00 00 00 00 " + std::string(more), 3); };
  // What does not touch %rax: mov %edi, %edx; lea 0(%rip), %rsi; imul %esi, %edx; push would change %rsp, and stops.
  EXPECT_EQ(after_load("89 fa 48 8d 35 00 00 00 00 0f af d6 48 8b 38"), SymbolAccess::Memory);
  EXPECT_EQ(after_load("89 fa ff 10"), SymbolAccess::Memory);              // call *(%rax)
  EXPECT_EQ(after_load("89 fa ff d0"), SymbolAccess::Branch);              // call *%rax
  EXPECT_EQ(after_load("44 8b 44 24 08 48 8b 38"), SymbolAccess::Memory);  // mov 8(%rsp), %r8d
  // What does, or may: the register is copied, overwritten, offset, used by name only.
  EXPECT_EQ(after_load("48 89 c3 48 8b 38"), SymbolAccess::Address);  // mov %rax, %rbx
  EXPECT_EQ(after_load("31 c0 48 8b 38"), SymbolAccess::Address);     // xor %eax, %eax
  EXPECT_EQ(after_load("b4 01 48 8b 38"), SymbolAccess::Address);     // mov $1, %ah
  EXPECT_EQ(after_load("00 e3 48 8b 38"), SymbolAccess::Address);     // add %ah, %bl
  EXPECT_EQ(after_load("48 f7 e2 48 8b 38"), SymbolAccess::Address);  // mul %rdx
  EXPECT_EQ(after_load("48 98 48 8b 38"), SymbolAccess::Address);     // cltq
  EXPECT_EQ(after_load("48 8d 38 48 8b 38"), SymbolAccess::Address);  // lea (%rax), %rdi
  EXPECT_EQ(after_load("0f 1f 00 48 8b 38"), SymbolAccess::Address);  // nopl (%rax)
  EXPECT_EQ(after_load("8b 14 06 48 8b 38"), SymbolAccess::Address);  // mov (%rsi,%rax), %edx: which is the address?
  EXPECT_EQ(after_load("8b 14 30"), SymbolAccess::Memory);            // mov (%rax,%rsi), %edx
  // Control goes elsewhere.
  EXPECT_EQ(after_load("e8 00 00 00 00 48 8b 38"), SymbolAccess::Address);
  EXPECT_EQ(after_load("74 03 48 8b 38"), SymbolAccess::Address);
  EXPECT_EQ(after_load("c3 48 8b 38"), SymbolAccess::Address);
  // r12 needs an index byte: mov (%r12), %rdi.
  EXPECT_EQ(slot("4c 8b 25 00 00 00 00 49 8b 3c 24", 3), SymbolAccess::Memory);
  EXPECT_EQ(slot("4c 8b 25 00 00 00 00 48 8b 3c 24", 3), SymbolAccess::Address);  // mov (%rsp), %rdi
}

TEST(SymbolAccess, OfArm64) {
  const auto page_offset = [](std::string_view code, Want want) {
    return classify(Cpu::Arm64, code, 0, want, From::OwnPage, Field::PageOffset12);
  };
  EXPECT_EQ(page_offset("00 01 40 f9", Want::Address), SymbolAccess::Memory);              // ldr x0, [x8]
  EXPECT_EQ(page_offset("00 01 00 f9", Want::Address), SymbolAccess::Memory);              // str x0, [x8]
  EXPECT_EQ(page_offset("00 01 00 91", Want::Address), SymbolAccess::Address);             // add x0, x8, #0
  EXPECT_EQ(page_offset("08 01 40 f9 00 01 40 f9", Want::GotSlot), SymbolAccess::Memory);  // ldr x8, [x8]; ldr x0, [x8]
  EXPECT_EQ(page_offset("08 01 40 f9 00 01 3f d6", Want::GotSlot), SymbolAccess::Branch);  // ldr x8, [x8]; blr x8
  EXPECT_EQ(page_offset("08 01 40 f9 20 01 40 f9", Want::GotSlot), SymbolAccess::Address);  // ldr x0, [x9]
  EXPECT_EQ(page_offset("08 01 40 f9", Want::GotSlot), SymbolAccess::Address);
  EXPECT_EQ(page_offset("08 01 40 f9 e1 03 1f aa 00 01 40 f9", Want::GotSlot), SymbolAccess::Memory);   // mov x1, xzr
  EXPECT_EQ(page_offset("08 01 40 f9 e1 03 08 aa 00 01 40 f9", Want::GotSlot), SymbolAccess::Address);  // mov x1, x8
  EXPECT_EQ(page_offset("08 01 40 f9 00 00 00 94 00 01 40 f9", Want::GotSlot), SymbolAccess::Address);  // bl
  EXPECT_EQ(classify(Cpu::Arm64, "00 00 00 94", 0, Want::Stub, From::Place, Field::Branch26), SymbolAccess::Branch);
}

TEST(SymbolAccess, StaysInsideTheCode) {
  for (const std::string_view code : {kNothing, std::string_view("05"), std::string_view("8b 05 00 00")})
    for (const uint32_t offset : {0u, 1u, 2u, 3u, 100u}) {
      EXPECT_NE(slot(code, offset), SymbolAccess::Branch);
      EXPECT_NE(relative(code, offset), SymbolAccess::Memory);
    }
}

}  // namespace
}  // namespace xld
