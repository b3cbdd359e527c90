// Detours for accesses by offsets from the thread pointer: what is written, and what is refused. The instructions were
// made by an assembler from the text beside them, and what is expected was read with a disassembler.
// tests/macho_run/elf_programs/models.c runs them.
#include "tlsrewrite/offset_detour.h"

#include <gtest/gtest.h>

#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

using test::from_hex;
using test::to_hex;
using x86::Mode;

struct Case {
  const char* code;
  OffsetField field;
  const char* expected;  // the instruction in the detour
};

constexpr OffsetField offset_at(uint32_t offset, int64_t addend = 0, uint8_t size = 4) {
  return {.offset = offset, .size = size, .addend = addend};
}

// What stands between the borrowed register's value and its old one.
std::string body_of(const OffsetDetour& detour) {
  const size_t pop = detour.helper_field + 4, pop_size = detour.code[pop] == 0x41 ? 2 : 1;
  const size_t end = detour.end_field == 0 ? detour.code.size() : detour.end_field - 1 - 8 - pop_size;
  return to_hex(Bytes(detour.code).subspan(pop + pop_size, end - pop - pop_size));
}

TEST(OffsetDetour, InstructionsAreDoneAgainWithTheAddress) {
  const Case cases[] = {
      // mov %fs:x@tpoff, %eax: mov (%rsi), %eax
      {"64 8b 04 25 00 00 00 00", offset_at(4), "3e 8b 84 26 00 00 00 00"},
      // addl $3, %fs:x@tpoff+8 with lock
      {"64 f0 83 04 25 00 00 00 00 03", offset_at(5, 8), "3e f0 83 84 26 08 00 00 00 03"},
      // mov %esi, %fs:x@tpoff(,%rdi,4) borrows another register: %rbp
      {"64 89 34 bd 00 00 00 00", offset_at(4), "3e 89 b4 bd 00 00 00 00"},
      // mov x@tpoff(%rsi), %eax: lea (%rdi,%rsi), %rdi; mov (%rdi), %eax
      {"8b 86 00 00 00 00", offset_at(2), "48 8d 7c 37 00 8b 87 00 00 00 00"},
      // mov x@tpoff(%r11,%rdi), %rcx
      {"49 8b 8c 3b 00 00 00 00", offset_at(4), "4f 8d 54 1a 00 49 8b 8c 3a 00 00 00 00"},
      // lea x@tpoff(%rax,%rdi,4), %rax: lea (%rsi,%rax), %rsi; lea (%rsi,%rdi,4), %rax
      {"48 8d 84 b8 00 00 00 00", offset_at(4), "48 8d 74 06 00 48 8d 84 be 00 00 00 00"},
      // mov x@tpoff(%r12), %r11d: a borrowed register of the upper eight
      {"45 8b 9c 24 00 00 00 00", offset_at(4), "4f 8d 54 22 00 45 8b 9c 22 00 00 00 00"},
      // vaddps %fs:x@tpoff(%r13), %xmm6, %xmm7
      {"64 c4 c1 48 58 bd 00 00 00 00", offset_at(6), "4f 8d 5c 2b 00 3e c4 c1 48 58 bb 00 00 00 00"},
      // mov x@gottpoff(%rip), %r9: mov %rsi, %r9
      {"4c 8b 0d 00 00 00 00", {.offset = 3, .use = OffsetUse::Slot}, "4c 8b ce"},
      // add x@gottpoff(%rip), %rsi: add %rdi, %rsi
      {"48 03 35 00 00 00 00", {.offset = 3, .use = OffsetUse::Slot}, "48 03 f7"},
      // lea x@tlsdesc(%rip), %rax: mov %rsi, %rax
      {"48 8d 05 00 00 00 00", {.offset = 3, .use = OffsetUse::Descriptor}, "48 8b c6"},
      // add $x@tpoff+4, %rax: lea 4(%rsi), %rsi; add %rsi, %rax
      {"48 05 00 00 00 00", offset_at(2, 4), "48 8d b6 04 00 00 00 48 01 f0"},
      // sub $x@tpoff, %r10
      {"49 81 ea 00 00 00 00", offset_at(3), "49 29 f2"},
      // mov $x@tpoff, %rdx
      {"48 c7 c2 00 00 00 00", offset_at(3), "48 89 f2"},
      // movabs $x@tpoff, %r8
      {"49 b8 00 00 00 00 00 00 00 00", offset_at(2, 0, 8), "49 89 f0"},
      // call *%fs:x@tpoff: mov (%rsi), %rsi; mov %rsi, 8(%rsp); pop %rsi; ret
      {"64 ff 14 25 00 00 00 00", offset_at(4), "48 8b b4 26 00 00 00 00 48 89 74 24 08 5e c3"},
  };
  for (const Case& c : cases) {
    const auto code = from_hex(c.code);
    x86::InstructionFinder finder(code, Mode::Bits64);
    const auto detour = make_offset_detour(finder, c.field);
    ASSERT_TRUE(detour) << c.code << ": " << detour.error().message;
    EXPECT_EQ(body_of(*detour), c.expected) << c.code;
    EXPECT_EQ(detour->size, code.size());
    // All of it is code.
    size_t at = 0;
    while (const auto instruction = x86::decode_instruction(Bytes(detour->code).subspan(at), Mode::Bits64))
      at += instruction->size;
    EXPECT_EQ(at, detour->code.size()) << c.code;
  }
}

TEST(OffsetDetour, TheInstructionBecomesAJump) {
  auto code = from_hex("64 8b 04 25 00 00 00 00");
  x86::InstructionFinder finder(code, Mode::Bits64);
  const auto detour = make_offset_detour(finder, offset_at(4));
  ASSERT_TRUE(detour);
  EXPECT_EQ(to_hex(Bytes(detour->code).first(6)), "48 8d 64 24 80 56");  // lea -128(%rsp), %rsp; push %rsi
  EXPECT_EQ(write_detour_jump(*detour, code), 1u);
  EXPECT_EQ(to_hex(Bytes(code).first(5)), "e9 00 00 00 00");
  EXPECT_TRUE(x86::decode_instruction(Bytes(code).subspan(5), Mode::Bits64));
}

TEST(OffsetDetour, CodeOf32Bits) {
  const Case cases[] = {
      // mov %gs:x@ntpoff, %eax: mov (%esi), %eax
      {"65 a1 00 00 00 00", offset_at(2), "3e 8b 86 00 00 00 00"},
      // mov %al, %gs:x@ntpoff+4
      {"65 a2 00 00 00 00", offset_at(2, 4), "3e 88 86 04 00 00 00"},
      // movl $16, %gs:x@ntpoff
      {"65 c7 05 00 00 00 00 10 00 00 00", offset_at(3), "3e c7 86 00 00 00 00 10 00 00 00"},
      // mov x@ntpoff(%esi,%edi,4), %ecx: lea (%ebp,%esi), %ebp; mov (%ebp,%edi,4), %ecx
      {"8b 8c be 00 00 00 00", offset_at(3), "8d 6c 35 00 8b 8c bd 00 00 00 00"},
      // mov x@indntpoff, %eax: mov %esi, %eax
      {"a1 00 00 00 00", {.offset = 1, .use = OffsetUse::Slot}, "8b c6"},
      // add x@indntpoff, %ecx
      {"03 0d 00 00 00 00", {.offset = 2, .use = OffsetUse::Slot}, "03 ce"},
      // mov $x@ntpoff, %edx
      {"ba 00 00 00 00", offset_at(1), "89 f2"},
      // call *%gs:x@ntpoff: mov (%esi), %esi; mov %esi, 4(%esp); pop %esi; ret
      {"65 ff 15 00 00 00 00", offset_at(3), "8b b6 00 00 00 00 89 74 24 04 5e c3"},
  };
  for (const Case& c : cases) {
    const auto code = from_hex(c.code);
    x86::InstructionFinder finder(code, Mode::Bits32);
    const auto detour = make_offset_detour(finder, c.field);
    ASSERT_TRUE(detour) << c.code << ": " << detour.error().message;
    const size_t begin = detour->helper_field + 5;  // behind the pop
    const size_t end = detour->end_field == 0 ? detour->code.size() : detour->end_field - 2;
    EXPECT_EQ(to_hex(Bytes(detour->code).subspan(begin, end - begin)), c.expected) << c.code;
    EXPECT_EQ(detour->size, code.size());
  }
}

TEST(OffsetDetour, TheGuardIsReadWithoutAHelper) {
  const struct {
    const char* code;
    Mode mode;
    uint32_t field;
    const char* expected;  // up to the jump back
  } cases[] = {
      // mov %fs:0x28, %rax: mov GUARD(%rip), %rax; mov (%rax), %rax
      {"64 48 8b 04 25 28 00 00 00", Mode::Bits64, 5, "48 8b 05 00 00 00 00 48 8b 40 00"},
      {"64 4c 8b 24 25 28 00 00 00", Mode::Bits64, 5, "4c 8b 25 00 00 00 00 4d 8b 64 24 00"},  // %r12
      // sub %fs:0x28, %rdx
      {"64 48 2b 14 25 28 00 00 00", Mode::Bits64, 5,
       "48 8d 64 24 80 56 48 8b 35 00 00 00 00 3e 48 2b 94 26 00 00 00 00 5e 48 8d a4 24 80 00 00 00"},
      {"65 a1 14 00 00 00", Mode::Bits32, 2, "8b 05 00 00 00 00 8b 40 00"},
      // sub %gs:0x14, %edx
      {"65 2b 15 14 00 00 00", Mode::Bits32, 3, "56 8b 35 00 00 00 00 3e 2b 96 00 00 00 00 5e"},
  };
  for (const auto& c : cases) {
    const auto code = from_hex(c.code);
    const GuardAccesses accesses = find_guard_accesses(code, c.mode, {});
    ASSERT_EQ(accesses.fields, std::vector<uint32_t>{c.field}) << c.code;
    x86::InstructionFinder finder(code, c.mode);
    const auto detour = make_offset_detour(finder, {.offset = c.field, .use = OffsetUse::Guard});
    ASSERT_TRUE(detour) << c.code;
    EXPECT_EQ(to_hex(Bytes(detour->code).first(detour->end_field - 1)), c.expected) << c.code;
    EXPECT_EQ(detour->helper_field, 0u);
  }
}

TEST(OffsetDetour, OtherWordsAreNoGuard) {
  // mov %fs:0x30, %rax; mov %gs:0x28, %rax; mov %fs:0x28(%rax), %rax; lea 0x28, %rax
  const auto code =
      from_hex("64 48 8b 04 25 30 00 00 00 65 48 8b 04 25 28 00 00 00 64 48 8b 80 28 00 00 00 48 8d 04 25 28 00 00 00");
  const GuardAccesses accesses = find_guard_accesses(code, Mode::Bits64, {});
  EXPECT_TRUE(accesses.fields.empty());
  EXPECT_TRUE(accesses.unclear.empty());
  EXPECT_EQ(find_guard_accesses(from_hex("90 06 28 00 00 00"), Mode::Bits64, {}).unclear, std::vector<uint64_t>{1});
}

TEST(OffsetDetour, WordsBesideTheThreadPointer) {
  const struct {
    const char* code;
    Mode mode;
    std::vector<std::pair<uint32_t, int32_t>> expected;
  } cases[] = {
      // mov %fs:0x30, %rax; movabs %fs:0, %rax
      {"64 48 8b 04 25 30 00 00 00 64 48 a1 00 00 00 00 00 00 00 00", Mode::Bits64, {{5, 0x30}, {12, 0}}},
      {"64 80 3c 25 f8 ff ff ff 00", Mode::Bits64, {{4, -8}}},                   // cmpb $0, %fs:-8
      {"64 f3 44 0f 10 04 25 10 00 00 00", Mode::Bits64, {{7, 0x10}}},           // movss %fs:0x10, %xmm8
      {"64 f2 48 0f 38 f1 04 25 10 00 00 00", Mode::Bits64, {{8, 0x10}}},        // crc32q %fs:0x10, %rax
      {"65 48 8b 04 25 30 00 00 00 64 48 8b 80 30 00 00 00", Mode::Bits64, {}},  // %gs:0x30; %fs:0x30(%rax)
      {"b8 64 8b 04 25 00 00 00 00 00", Mode::Bits64, {}},                       // mov $0x25048b64, %eax
      {"65 a1 10 00 00 00 65 8b 0d 68 04 00 00 65 ff 15 14 00 00 00", Mode::Bits32, {{2, 0x10}, {16, 0x14}}},
      {"64 a1 10 00 00 00", Mode::Bits32, {}},
  };
  for (const auto& c : cases) {
    std::vector<std::pair<uint32_t, int32_t>> found;
    for (const ThreadWord& word : find_thread_words(from_hex(c.code), c.mode, {}))
      found.emplace_back(word.field, word.number);
    EXPECT_EQ(found, c.expected) << c.code;
  }
}

TEST(OffsetDetour, WhatNobodyWritesIsRefused) {
  const Case cases[] = {
      {"64 48 89 24 25 00 00 00 00", offset_at(5), ""},                           // mov %rsp, %fs:x
      {"48 8b 84 24 00 00 00 00", offset_at(4), ""},                              // mov x(%rsp), %rax
      {"64 8f 04 25 00 00 00 00", offset_at(4), ""},                              // pop %fs:x
      {"b8 00 00 00 00", offset_at(1), ""},                                       // mov $x, %eax
      {"64 67 8b 04 25 00 00 00 00", offset_at(5), ""},                           // an address of 32 bits
      {"64 8b 05 00 00 00 00", offset_at(3), ""},                                 // %fs:x(%rip)
      {"8b 05 00 00 00 00", {.offset = 2, .use = OffsetUse::Slot}, ""},           // half of a word
      {"48 8b 05 00 00 00 00", {.offset = 3, .use = OffsetUse::Descriptor}, ""},  // no lea
      {"64 8b 04 25 00 00 00 00", offset_at(4, int64_t{1} << 32), ""},            // far away
      {"64 d5 08 8b 04 25 00 00 00 00", offset_at(6), ""},                        // REX2
      {"06 64 8b 04 25 00 00 00 00", offset_at(5), ""},                           // no code
  };
  for (const Case& c : cases) {
    const auto code = from_hex(c.code);
    x86::InstructionFinder finder(code, Mode::Bits64);
    EXPECT_FALSE(make_offset_detour(finder, c.field)) << c.code;
  }
}

TEST(OffsetDetour, TheThreadPointerIsZero) {
  auto code = from_hex(
      "64 48 8b 0c 25 00 00 00 00 "  // mov %fs:0, %rcx
      "64 4c 03 04 25 00 00 00 00 "  // add %fs:0, %r8
      "64 8b 10 "                    // mov %fs:(%rax), %edx
      "64 8b 04 25 00 00 00 00 "     // mov %fs:x@tpoff, %eax
      "65 8b 10");                   // mov %gs:(%rax), %edx
  const uint32_t fields[] = {25};
  EXPECT_TRUE(clear_thread_pointer(code, Mode::Bits64, {}, fields).empty());
  EXPECT_EQ(to_hex(Bytes(code).first(7)), "48 c7 c1 00 00 00 00");
  EXPECT_EQ(to_hex(Bytes(code).subspan(9, 7)), "49 81 c0 00 00 00 00");
  EXPECT_EQ(to_hex(Bytes(code).subspan(18)), "3e 8b 10 64 8b 04 25 00 00 00 00 65 8b 10");
}

TEST(OffsetDetour, WordsBesideTheThreadPointerAreReported) {
  auto code = from_hex("90 64 48 8b 04 25 28 00 00 00 64 48 83 0c 25 00 00 00 00 01");
  const auto problems = clear_thread_pointer(code, Mode::Bits64, {}, {});
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].offset, 1u);
  EXPECT_EQ(problems[1].offset, 10u);
}

}  // namespace
}  // namespace xld
