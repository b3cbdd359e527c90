// TLS sequences of both CPUs: recognised, rewritten, left alone or refused. Inputs were made by an assembler from the
// instructions in the comments; the results were disassembled and compared with what GNU ld makes of the same inputs.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

#include "tests/unit/arch/hex.h"
#include "tlsrewrite/tlsrewrite.h"

namespace xld {
namespace {

using test::from_hex;
using test::to_hex;

constexpr TlsFacts kOwn = {true, false, true};
constexpr TlsFacts kImported = {true, true, true};
constexpr TlsFacts kLibrary = {false, true, true};

constexpr uint64_t kPlace = 0x401000;
constexpr uint64_t kSlot = 0x403018;
constexpr uint64_t kGotBase = 0x403000;
constexpr int64_t kThreadOffset = -12;

Reloc make_reloc(uint32_t offset, Want want, From from, uint8_t lead, int64_t addend) {
  Reloc reloc;
  reloc.offset = offset;
  reloc.want = want;
  reloc.from = from;
  reloc.lead = lead;
  reloc.addend = addend;
  reloc.hints = hint::kIsTlsSequence;
  return reloc;
}

Reloc marker(uint32_t offset) {
  Reloc reloc;
  reloc.offset = offset;
  reloc.hints = hint::kIsTlsMarker;
  return reloc;
}

Reloc call_at(uint32_t offset, Want want) {
  Reloc reloc;
  reloc.offset = offset;
  reloc.want = want;
  return reloc;
}

// The code after rewriting, "kept", or the error's text.
std::string rewritten(Cpu cpu, const char* hex, std::vector<Reloc> relocs, TlsFacts facts, TlsValues values) {
  auto code = from_hex(hex);
  auto sequence = recognise_tls(cpu, code, relocs, facts);
  if (!sequence) return sequence.error().message;
  EXPECT_EQ(sequence->model, sequence->is_rewritten ? choose_model(model_of(relocs[0]), facts) : model_of(relocs[0]));
  EXPECT_TRUE(!sequence->is_rewritten || sequence->relocations_consumed == relocs.size());
  if (!rewrite_tls(cpu, code, relocs, *sequence, values)) {
    EXPECT_EQ(to_hex(code), hex);
    return "does not fit";
  }
  if (!sequence->is_rewritten) {
    EXPECT_EQ(sequence->relocations_consumed, 1);
    EXPECT_EQ(to_hex(code), hex);
    return "kept";
  }
  return to_hex(code);
}

std::string rewritten(Cpu cpu, const char* hex, std::vector<Reloc> relocs, TlsFacts facts) {
  return rewritten(cpu, hex, std::move(relocs), facts, {kThreadOffset, kSlot, kPlace, kGotBase});
}

struct CallCase {
  const char* code;
  uint32_t offset;
  uint32_t call_offset;
  Want call;
  const char* local_exec;
  const char* initial_exec;
};

// ---- x86-64

std::vector<Reloc> call_relocs_x86_64(const CallCase& c, Want want) {
  return {make_reloc(c.offset, want, From::Place, 0, -4), call_at(c.call_offset, c.call)};
}

TEST(TlsX86_64, GeneralDynamic) {
  const CallCase cases[] = {
      // data16 lea x@tlsgd(%rip),%rdi; data16 data16 rex.W call __tls_get_addr@PLT
      // -> mov %fs:0,%rax; lea -12(%rax),%rax, or mov %fs:0,%rax; add slot(%rip),%rax
      {"66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00", 4, 12, Want::Stub,
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f4 ff ff ff", "64 48 8b 04 25 00 00 00 00 48 03 05 0c 20 00 00"},
      // ... data16 rex.W call *__tls_get_addr@GOTPCREL(%rip)
      {"66 48 8d 3d 00 00 00 00 66 48 ff 15 00 00 00 00", 4, 12, Want::GotSlot,
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f4 ff ff ff", "64 48 8b 04 25 00 00 00 00 48 03 05 0c 20 00 00"},
      // ... data16 rex.W addr32 call __tls_get_addr
      {"66 48 8d 3d 00 00 00 00 66 48 67 e8 00 00 00 00", 4, 12, Want::Address,
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f4 ff ff ff", "64 48 8b 04 25 00 00 00 00 48 03 05 0c 20 00 00"},
      // lea x@tlsgd(%rip),%rdi; movabs $__tls_get_addr@pltoff,%rax; add %rbx,%rax; call *%rax
      {"48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0", 3, 9, Want::Stub,
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f4 ff ff ff 66 90 66 66 66 90",
       "64 48 8b 04 25 00 00 00 00 48 03 05 0b 20 00 00 66 90 66 66 66 90"},
      // ... add %r15,%rax; call *%rax
      {"48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 4c 01 f8 ff d0", 3, 9, Want::Stub,
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f4 ff ff ff 66 90 66 66 66 90",
       "64 48 8b 04 25 00 00 00 00 48 03 05 0b 20 00 00 66 90 66 66 66 90"},
  };
  for (const CallCase& c : cases) {
    const auto relocs = call_relocs_x86_64(c, Want::TlsPairSlot);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, relocs, kOwn), c.local_exec);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, relocs, kImported), c.initial_exec);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, relocs, kLibrary), "kept");
  }
}

TEST(TlsX86_64, LocalDynamic) {
  const CallCase cases[] = {
      // lea x@tlsld(%rip),%rdi; call __tls_get_addr@PLT -> data16 data16 data16 mov %fs:0,%rax
      {"48 8d 3d 00 00 00 00 e8 00 00 00 00", 3, 8, Want::Stub, "66 66 66 64 48 8b 04 25 00 00 00 00", ""},
      // ... call *__tls_get_addr@GOTPCREL(%rip)
      {"48 8d 3d 00 00 00 00 ff 15 00 00 00 00", 3, 9, Want::GotSlot, "66 66 66 66 64 48 8b 04 25 00 00 00 00", ""},
      // ... addr32 call __tls_get_addr
      {"48 8d 3d 00 00 00 00 67 e8 00 00 00 00", 3, 9, Want::Stub, "66 66 66 66 64 48 8b 04 25 00 00 00 00", ""},
      // ... movabs $__tls_get_addr@pltoff,%rax; add %rbx,%rax (or %r15); call *%rax
      {"48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0", 3, 9, Want::Stub,
       "64 48 8b 04 25 00 00 00 00 90 66 66 66 90 66 66 66 90 66 66 66 90", ""},
      {"48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 4c 01 f8 ff d0", 3, 9, Want::Stub,
       "64 48 8b 04 25 00 00 00 00 90 66 66 66 90 66 66 66 90 66 66 66 90", ""},
  };
  for (const CallCase& c : cases) {
    const auto relocs = call_relocs_x86_64(c, Want::TlsModuleSlot);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, relocs, kOwn), c.local_exec);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, relocs, kLibrary), "kept");
  }
}

struct LoadCase {
  const char* code;
  uint32_t offset;
  uint8_t lead;
  const char* expected;
};

TEST(TlsX86_64, InitialExec) {
  const LoadCase cases[] = {
      // mov x@gottpoff(%rip),%rax; ... %r8; ... %r12; ... %rsp -> mov $-12,...
      {"48 8b 05 00 00 00 00", 3, 3, "48 c7 c0 f4 ff ff ff"},
      {"4c 8b 05 00 00 00 00", 3, 3, "49 c7 c0 f4 ff ff ff"},
      {"4c 8b 25 00 00 00 00", 3, 3, "49 c7 c4 f4 ff ff ff"},
      {"48 8b 25 00 00 00 00", 3, 3, "48 c7 c4 f4 ff ff ff"},
      // add x@gottpoff(%rip),%rax; ... %r13 -> lea -12(%rax),%rax; ...
      {"48 03 05 00 00 00 00", 3, 3, "48 8d 80 f4 ff ff ff"},
      {"4c 03 2d 00 00 00 00", 3, 3, "4d 8d ad f4 ff ff ff"},
      // add x@gottpoff(%rip),%rsp; ... %r12 -> add $-12,%rsp; ...
      {"48 03 25 00 00 00 00", 3, 3, "48 81 c4 f4 ff ff ff"},
      {"4c 03 25 00 00 00 00", 3, 3, "49 81 c4 f4 ff ff ff"},
      // sub x@gottpoff(%rip),%rcx -> sub $-12,%rcx
      {"48 2b 0d 00 00 00 00", 3, 3, "48 81 e9 f4 ff ff ff"},
      // mov x@gottpoff(%rip),%r16 -> mov $-12,%r16
      {"d5 48 8b 05 00 00 00 00", 4, 4, "d5 18 c7 c0 f4 ff ff ff"},
      // add x@gottpoff(%rip),%r25; ... %r20 -> lea -12(%r25),%r25; add $-12,%r20
      {"d5 4c 03 0d 00 00 00 00", 4, 4, "d5 5d 8d 89 f4 ff ff ff"},
      {"d5 48 03 25 00 00 00 00", 4, 4, "d5 18 81 c4 f4 ff ff ff"},
      // add x@gottpoff(%rip),%r17,%rbx; add %rax,x@gottpoff(%rip),%r16 -> add $-12,%r17,%rbx; add $-12,%rax,%r16
      {"62 e4 e4 18 03 0d 00 00 00 00", 6, 6, "62 fc e4 18 81 c1 f4 ff ff ff"},
      {"62 f4 fc 10 01 05 00 00 00 00", 6, 6, "62 f4 fc 10 81 c0 f4 ff ff ff"},
      // add x@gottpoff(%rip),%r9,%rbx; add x@gottpoff(%rip),%r30,%r31
      {"62 74 e4 18 03 0d 00 00 00 00", 6, 6, "62 d4 e4 18 81 c1 f4 ff ff ff"},
      {"62 64 84 10 03 35 00 00 00 00", 6, 6, "62 dc 84 10 81 c6 f4 ff ff ff"},
      // {nf} add x@gottpoff(%rip),%rax -> {nf} add $-12,%rax
      {"62 f4 fc 0c 03 05 00 00 00 00", 6, 6, "62 f4 fc 0c 81 c0 f4 ff ff ff"},
      // Left alone: {nf} add %rax,x@gottpoff(%rip), which stores; the same on 4 bytes; an extended sub
      {"62 f4 fc 0c 01 05 00 00 00 00", 6, 6, "kept"},
      {"62 f4 7c 18 03 05 00 00 00 00", 6, 6, "kept"},
      {"62 f4 fc 10 29 05 00 00 00 00", 6, 6, "kept"},
      // lea, movl (not 8 bytes), a base register, the field without its instruction
      {"48 8d 05 00 00 00 00", 3, 3, "kept"},
      {"40 8b 05 00 00 00 00", 3, 3, "kept"},
      {"48 8b 80 00 00 00 00", 3, 3, "kept"},
      {"8b 05 00 00 00 00", 2, 3, "kept"},
      {"48 8b 05 00 00 00", 3, 3, "kept"},
  };
  for (const LoadCase& c : cases) {
    const Reloc reloc = make_reloc(c.offset, Want::TlsOffsetSlot, From::Place, c.lead, -4);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kOwn), c.expected) << c.code;
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kImported), "kept") << c.code;
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kLibrary), "kept") << c.code;
  }
}

TEST(TlsX86_64, Descriptor) {
  struct Case {
    const char* code;
    uint32_t offset;
    uint8_t lead;
    const char* local_exec;
    const char* initial_exec;
  };
  const Case cases[] = {
      // lea x@tlsdesc(%rip),%rax; ... %r9; ... %r16 -> mov $-12,%rax or mov slot(%rip),%rax; ...
      {"48 8d 05 00 00 00 00", 3, 3, "48 c7 c0 f4 ff ff ff", "48 8b 05 14 20 00 00"},
      {"4c 8d 0d 00 00 00 00", 3, 3, "49 c7 c1 f4 ff ff ff", "4c 8b 0d 14 20 00 00"},
      {"d5 48 8d 05 00 00 00 00", 4, 4, "d5 18 c7 c0 f4 ff ff ff", "d5 48 8b 05 14 20 00 00"},
  };
  for (const Case& c : cases) {
    const Reloc reloc = make_reloc(c.offset, Want::TlsDescSlot, From::Place, c.lead, -4);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kOwn), c.local_exec);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kImported), c.initial_exec);
    EXPECT_EQ(rewritten(Cpu::X86_64, c.code, {reloc}, kLibrary), "kept");
  }
  // call *x@tlscall(%rax) -> xchg %ax,%ax
  EXPECT_EQ(rewritten(Cpu::X86_64, "90 ff 10 90", {marker(1)}, kOwn), "90 66 90 90");
  EXPECT_EQ(rewritten(Cpu::X86_64, "90 ff 10 90", {marker(1)}, kImported), "90 66 90 90");
  EXPECT_EQ(rewritten(Cpu::X86_64, "90 ff 10 90", {marker(1)}, kLibrary), "kept");
}

TEST(TlsX86_64, KeepsTheCodeWhereValuesDoNotFit) {
  const TlsValues far = {int64_t{INT32_MIN} - 1, kSlot + (uint64_t{1} << 32), kPlace, kGotBase};
  const CallCase gd = {"66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00", 4, 12, Want::Stub, "", ""};
  for (TlsFacts facts : {kOwn, kImported}) {
    EXPECT_EQ(rewritten(Cpu::X86_64, gd.code, call_relocs_x86_64(gd, Want::TlsPairSlot), facts, far), "does not fit");
    const Reloc descriptor = make_reloc(3, Want::TlsDescSlot, From::Place, 3, -4);
    EXPECT_EQ(rewritten(Cpu::X86_64, "48 8d 05 00 00 00 00", {descriptor}, facts, far), "does not fit");
  }
  const Reloc load = make_reloc(3, Want::TlsOffsetSlot, From::Place, 3, -4);
  EXPECT_EQ(rewritten(Cpu::X86_64, "48 8b 05 00 00 00 00", {load}, kOwn, far), "does not fit");
}

TEST(TlsX86_64, RefusesUnknownSequences) {
  const auto message = [](const char* hex, std::vector<Reloc> relocs) {
    return rewritten(Cpu::X86_64, hex, std::move(relocs), kOwn);
  };
  const Reloc gd = make_reloc(4, Want::TlsPairSlot, From::Place, 0, -4);
  // lea x@tlsgd(%rip),%rsi instead of %rdi
  EXPECT_EQ(message("66 48 8d 35 01 02 03 04 66 66 48 e8 00 00 00 00", {gd, call_at(12, Want::Stub)}),
            "cannot rewrite this general-dynamic access to local-exec: the bytes around it, "
            "66 48 8d 35 [01 02 03 04] 66 66 48 e8 00 00 00 00, are no code sequence of the ABI; "
            "compile the file with -ftls-model=initial-exec or local-exec");
  // No relocation, or one at another place, for the call
  const char* good = "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00";
  EXPECT_EQ(message(good, {gd}), "the call of __tls_get_addr at offset 0xc has no relocation of its own");
  EXPECT_EQ(message(good, {gd, call_at(11, Want::Stub)}),
            "the call of __tls_get_addr at offset 0xc has no relocation of its own");
  // Cut off, and a marked instruction that is no call
  EXPECT_NE(message("66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00", {gd, call_at(12, Want::Stub)}).find("cannot"),
            std::string::npos);
  EXPECT_NE(message("ff 11", {marker(0)}).find("TLS descriptor access"), std::string::npos);
}

// ---- i386

std::vector<Reloc> call_relocs_i386(const CallCase& c, Want want) {
  return {make_reloc(c.offset, want, From::GotBase, 0, 0), call_at(c.call_offset, c.call)};
}

TEST(TlsI386, GeneralDynamic) {
  const CallCase cases[] = {
      // lea x@tlsgd(,%ebx,1),%eax; call ___tls_get_addr@PLT
      // -> mov %gs:0,%eax; sub $12,%eax, or mov %gs:0,%eax; add slot@GOT(%ebx),%eax
      {"8d 04 1d 00 00 00 00 e8 fc ff ff ff", 3, 8, Want::Stub, "65 a1 00 00 00 00 81 e8 0c 00 00 00",
       "65 a1 00 00 00 00 03 83 18 00 00 00"},
      // lea x@tlsgd(%ebx),%eax; call ___tls_get_addr@PLT; nop
      {"8d 83 00 00 00 00 e8 fc ff ff ff 90", 2, 7, Want::Stub, "65 a1 00 00 00 00 81 e8 0c 00 00 00",
       "65 a1 00 00 00 00 03 83 18 00 00 00"},
      // lea x@tlsgd(%ecx),%eax; call *___tls_get_addr@GOT(%ecx)
      {"8d 81 00 00 00 00 ff 91 00 00 00 00", 2, 8, Want::GotSlot, "65 a1 00 00 00 00 81 e8 0c 00 00 00",
       "65 a1 00 00 00 00 03 81 18 00 00 00"},
      // lea x@tlsgd(%esi),%eax; addr16 call ___tls_get_addr
      {"8d 86 00 00 00 00 67 e8 fc ff ff ff", 2, 8, Want::Address, "65 a1 00 00 00 00 81 e8 0c 00 00 00",
       "65 a1 00 00 00 00 03 86 18 00 00 00"},
  };
  for (const CallCase& c : cases) {
    const auto relocs = call_relocs_i386(c, Want::TlsPairSlot);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, relocs, kOwn), c.local_exec);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, relocs, kImported), c.initial_exec);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, relocs, kLibrary), "kept");
  }
  // Register number 4 would mean another byte before the displacement; a call without its nop is too short.
  for (const char* code : {"8d 84 00 00 00 00 e8 fc ff ff ff 90", "8d 83 00 00 00 00 e8 fc ff ff ff c3"}) {
    const CallCase c = {code, 2, 7, Want::Stub, "", ""};
    EXPECT_NE(rewritten(Cpu::I386, code, call_relocs_i386(c, Want::TlsPairSlot), kOwn).find("cannot"),
              std::string::npos);
  }
}

TEST(TlsI386, LocalDynamic) {
  const CallCase cases[] = {
      // lea x@tlsldm(%ebx),%eax; call ___tls_get_addr@PLT -> mov %gs:0,%eax; nop; lea 0(%esi),%esi
      {"8d 83 00 00 00 00 e8 fc ff ff ff", 2, 7, Want::Stub, "65 a1 00 00 00 00 90 8d 74 26 00", ""},
      // ... call *___tls_get_addr@GOT(%esi); ... addr16 call ___tls_get_addr
      {"8d 86 00 00 00 00 ff 96 00 00 00 00", 2, 8, Want::GotSlot, "65 a1 00 00 00 00 8d b6 00 00 00 00", ""},
      {"8d 83 00 00 00 00 67 e8 fc ff ff ff", 2, 8, Want::Address, "65 a1 00 00 00 00 8d b6 00 00 00 00", ""},
  };
  for (const CallCase& c : cases) {
    const auto relocs = call_relocs_i386(c, Want::TlsModuleSlot);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, relocs, kOwn), c.local_exec);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, relocs, kLibrary), "kept");
  }
}

void expect_loads_i386(Want want, From from, std::span<const LoadCase> cases) {
  for (const LoadCase& c : cases) {
    const Reloc reloc = make_reloc(c.offset, want, from, 2, 0);
    EXPECT_EQ(rewritten(Cpu::I386, c.code, {reloc}, kOwn), c.expected) << c.code;
    EXPECT_EQ(rewritten(Cpu::I386, c.code, {reloc}, kImported), "kept") << c.code;
  }
}

// As Sun's assembler wrote them, with and without the relocations of push, call and pop.
TEST(TlsI386, SunForms) {
  const auto sun = [](Want want) {
    Reloc reloc = make_reloc(2, want, From::GotBase, 0, 0);
    reloc.hints |= hint::kMustRewrite;
    return std::vector<Reloc>{reloc};
  };
  // lea x@dtlndx(%ebx),%edx; push %edx; call x@TLSPLT; pop %edx; nop
  const char* pair = "8d 93 00 00 00 00 52 e8 fc ff ff ff 5a 90";
  EXPECT_EQ(rewritten(Cpu::I386, pair, sun(Want::TlsPairSlot), kOwn), "65 a1 00 00 00 00 81 e8 0c 00 00 00 66 90");
  EXPECT_EQ(rewritten(Cpu::I386, pair, sun(Want::TlsPairSlot), kImported), "65 a1 00 00 00 00 03 83 18 00 00 00 66 90");
  EXPECT_NE(rewritten(Cpu::I386, pair, sun(Want::TlsPairSlot), kLibrary).find("form of Sun's assembler"),
            std::string::npos);
  // lea x@tmdnx(%ebx),%edx; push %edx; call x@TLSPLT; pop %edx
  const char* module = "8d 93 00 00 00 00 52 e8 fc ff ff ff 5a";
  EXPECT_EQ(rewritten(Cpu::I386, module, sun(Want::TlsModuleSlot), kOwn), "65 a1 00 00 00 00 8d b6 00 00 00 00 90");
  // The bytes of one form with the relocation of another.
  const std::vector<Reloc> gnu = {make_reloc(2, Want::TlsPairSlot, From::GotBase, 0, 0), call_at(8, Want::Stub)};
  EXPECT_NE(rewritten(Cpu::I386, pair, gnu, kOwn).find("no code sequence"), std::string::npos);
  EXPECT_NE(rewritten(Cpu::I386, "8d 83 00 00 00 00 e8 fc ff ff ff 90", sun(Want::TlsPairSlot), kOwn).find("no code"),
            std::string::npos);
}

TEST(TlsI386, InitialExec) {
  // R_386_TLS_IE: mov x@indntpoff,%eax (short form); mov ...,%ecx; add ...,%ecx
  const LoadCase absolute[] = {
      {"a1 00 00 00 00", 1, 2, "b8 f4 ff ff ff"},
      {"8b 0d 00 00 00 00", 2, 2, "c7 c1 f4 ff ff ff"},
      {"03 0d 00 00 00 00", 2, 2, "8d 89 f4 ff ff ff"},
      {"8b 8b 00 00 00 00", 2, 2, "kept"},
      {"0d 00 00 00 00", 1, 2, "kept"},
  };
  expect_loads_i386(Want::TlsOffsetSlot, From::Nothing, absolute);
  // R_386_TLS_GOTIE: mov x@gotntpoff(%ebx),%eax; add ...(%ebx),%ecx; sub ...(%esi),%edi
  const LoadCase relative[] = {
      {"8b 83 00 00 00 00", 2, 2, "c7 c0 f4 ff ff ff"},
      {"03 8b 00 00 00 00", 2, 2, "8d 89 f4 ff ff ff"},
      {"2b be 00 00 00 00", 2, 2, "81 ef f4 ff ff ff"},
      {"ff b3 00 00 00 00", 2, 2, "kept"},
      {"8b 0d 00 00 00 00", 2, 2, "kept"},
  };
  expect_loads_i386(Want::TlsOffsetSlot, From::GotBase, relative);
  // R_386_TLS_IE_32: mov x@gottpoff(%ebx),%eax; sub ...(%ebx),%ecx
  const LoadCase negated[] = {
      {"8b 83 00 00 00 00", 2, 2, "c7 c0 0c 00 00 00"},
      {"2b 8b 00 00 00 00", 2, 2, "81 e9 0c 00 00 00"},
  };
  expect_loads_i386(Want::TlsNegatedOffsetSlot, From::GotBase, negated);
}

TEST(TlsI386, Descriptor) {
  // lea x@tlsdesc(%ebx),%eax -> mov $-12,%eax or mov slot@GOT(%ebx),%eax
  const Reloc reloc = make_reloc(2, Want::TlsDescSlot, From::GotBase, 2, 0);
  EXPECT_EQ(rewritten(Cpu::I386, "8d 83 00 00 00 00", {reloc}, kOwn), "c7 c0 f4 ff ff ff");
  EXPECT_EQ(rewritten(Cpu::I386, "8d 83 00 00 00 00", {reloc}, kImported), "8b 83 18 00 00 00");
  EXPECT_EQ(rewritten(Cpu::I386, "8d 83 00 00 00 00", {reloc}, kLibrary), "kept");
  EXPECT_NE(rewritten(Cpu::I386, "8d 05 00 00 00 00", {reloc}, kOwn).find("cannot"), std::string::npos);
  EXPECT_EQ(rewritten(Cpu::I386, "ff 10", {marker(0)}, kOwn), "66 90");
}

// ---- any bytes

constexpr const char* kSeeds[] = {
    "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
    "66 48 8d 3d 00 00 00 00 66 48 ff 15 00 00 00 00",
    "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0",
    "48 8d 3d 00 00 00 00 e8 00 00 00 00",
    "48 8d 3d 00 00 00 00 ff 15 00 00 00 00",
    "48 8b 05 00 00 00 00",
    "d5 48 8d 05 00 00 00 00",
    "62 e4 e4 18 03 0d 00 00 00 00",
    "8d 04 1d 00 00 00 00 e8 fc ff ff ff",
    "8d 83 00 00 00 00 e8 fc ff ff ff 90",
    "8d 86 00 00 00 00 ff 96 00 00 00 00",
    "a1 00 00 00 00",
    "ff 10",
};

struct Sample {
  std::vector<uint8_t> code;
  std::vector<Reloc> relocs;
};

// A known sequence at a random place, in part overwritten, cut off, or with a displaced relocation.
Sample make_sample(std::mt19937& random) {
  const auto seed = from_hex(kSeeds[random() % std::size(kSeeds)]);
  const uint32_t start = random() % 8;
  Sample sample;
  sample.code.resize(start + seed.size() + random() % 8);
  for (uint8_t& byte : sample.code) byte = static_cast<uint8_t>(random());
  std::copy(seed.begin(), seed.end(), sample.code.begin() + start);
  if (random() % 2) sample.code[random() % sample.code.size()] = static_cast<uint8_t>(random());
  if (random() % 8 == 0) sample.code.resize(random() % sample.code.size());

  const auto want = static_cast<Want>(random() % (static_cast<int>(Want::TlsNegatedOffsetSlot) + 1));
  const auto from = std::array{From::Place, From::GotBase, From::Nothing}[random() % 3];
  const auto offset = start + static_cast<uint32_t>(random() % 7);
  sample.relocs = {make_reloc(offset, want, from, static_cast<uint8_t>(random() % 7), random() % 2 ? -4 : 0)};
  if (random() % 8 == 0) sample.relocs[0] = marker(offset);
  if (random() % 8) sample.relocs.push_back(call_at(offset + 4 + static_cast<uint32_t>(random() % 6), Want::Stub));
  return sample;
}

// Nothing outside the code is read (the sanitizers watch), nothing outside the longest sequence is changed, and nothing
// at all where the answer is that nothing was rewritten.
TEST(Tls, RandomCodeStaysInBounds) {
  std::mt19937 random(1);
  size_t rewritten_count = 0;
  for (int round = 0; round < 200000; round++) {
    const Cpu cpu = random() % 2 ? Cpu::X86_64 : Cpu::I386;
    Sample sample = make_sample(random);
    const TlsFacts facts = {random() % 8 != 0, random() % 2 == 0, random() % 8 != 0};
    const auto before = sample.code;
    const auto sequence = recognise_tls(cpu, sample.code, sample.relocs, facts);
    ASSERT_EQ(sample.code, before);
    if (!sequence) continue;

    ASSERT_LE(sequence->relocations_consumed, sample.relocs.size());
    const TlsValues values = {static_cast<int32_t>(random()), random(), random(), random()};
    const bool is_done = rewrite_tls(cpu, sample.code, sample.relocs, *sequence, values);
    if (!is_done || !sequence->is_rewritten) {
      ASSERT_EQ(sample.code, before);
      continue;
    }
    rewritten_count++;
    const size_t offset = sample.relocs[0].offset;
    const size_t end = sequence->relocations_consumed == 2 ? offset + 19 : offset + 4;
    for (size_t i = 0; i < sample.code.size(); i++) {
      const bool is_outside = i + 6 < offset || i >= end;
      ASSERT_TRUE(!is_outside || sample.code[i] == before[i]) << to_hex(before);
    }
  }
  EXPECT_GT(rewritten_count, 300u);
}

}  // namespace
}  // namespace xld
