// The relocation tables against the system's <elf.h>, and a few rows whose meaning is easy to get wrong.
#include "formats/elf/relocs.h"

#include <elf.h>
#include <gtest/gtest.h>

#include "arch/field.h"
#include "tests/unit/arch/hex.h"

namespace xld::elf {
namespace {

struct Number {
  uint32_t type;
  const char* name;
};
#define NUMBER(name) {name, #name}

const Number kNumbersX86_64[] = {
    NUMBER(R_X86_64_NONE),
    NUMBER(R_X86_64_64),
    NUMBER(R_X86_64_PC32),
    NUMBER(R_X86_64_GOT32),
    NUMBER(R_X86_64_PLT32),
    NUMBER(R_X86_64_COPY),
    NUMBER(R_X86_64_GLOB_DAT),
    NUMBER(R_X86_64_JUMP_SLOT),
    NUMBER(R_X86_64_RELATIVE),
    NUMBER(R_X86_64_GOTPCREL),
    NUMBER(R_X86_64_32),
    NUMBER(R_X86_64_32S),
    NUMBER(R_X86_64_16),
    NUMBER(R_X86_64_PC16),
    NUMBER(R_X86_64_8),
    NUMBER(R_X86_64_PC8),
    NUMBER(R_X86_64_DTPMOD64),
    NUMBER(R_X86_64_DTPOFF64),
    NUMBER(R_X86_64_TPOFF64),
    NUMBER(R_X86_64_TLSGD),
    NUMBER(R_X86_64_TLSLD),
    NUMBER(R_X86_64_DTPOFF32),
    NUMBER(R_X86_64_GOTTPOFF),
    NUMBER(R_X86_64_TPOFF32),
    NUMBER(R_X86_64_PC64),
    NUMBER(R_X86_64_GOTOFF64),
    NUMBER(R_X86_64_GOTPC32),
    NUMBER(R_X86_64_GOT64),
    NUMBER(R_X86_64_GOTPCREL64),
    NUMBER(R_X86_64_GOTPC64),
    NUMBER(R_X86_64_GOTPLT64),
    NUMBER(R_X86_64_PLTOFF64),
    NUMBER(R_X86_64_SIZE32),
    NUMBER(R_X86_64_SIZE64),
    NUMBER(R_X86_64_GOTPC32_TLSDESC),
    NUMBER(R_X86_64_TLSDESC_CALL),
    NUMBER(R_X86_64_TLSDESC),
    NUMBER(R_X86_64_IRELATIVE),
    NUMBER(R_X86_64_RELATIVE64),
    NUMBER(R_X86_64_GOTPCRELX),
    NUMBER(R_X86_64_REX_GOTPCRELX),
};

const Number kNumbersI386[] = {
    NUMBER(R_386_NONE),         NUMBER(R_386_32),           NUMBER(R_386_PC32),
    NUMBER(R_386_GOT32),        NUMBER(R_386_PLT32),        NUMBER(R_386_COPY),
    NUMBER(R_386_GLOB_DAT),     NUMBER(R_386_JMP_SLOT),     NUMBER(R_386_RELATIVE),
    NUMBER(R_386_GOTOFF),       NUMBER(R_386_GOTPC),        NUMBER(R_386_32PLT),
    NUMBER(R_386_TLS_TPOFF),    NUMBER(R_386_TLS_IE),       NUMBER(R_386_TLS_GOTIE),
    NUMBER(R_386_TLS_LE),       NUMBER(R_386_TLS_GD),       NUMBER(R_386_TLS_LDM),
    NUMBER(R_386_16),           NUMBER(R_386_PC16),         NUMBER(R_386_8),
    NUMBER(R_386_PC8),          NUMBER(R_386_TLS_GD_32),    NUMBER(R_386_TLS_GD_PUSH),
    NUMBER(R_386_TLS_GD_CALL),  NUMBER(R_386_TLS_GD_POP),   NUMBER(R_386_TLS_LDM_32),
    NUMBER(R_386_TLS_LDM_PUSH), NUMBER(R_386_TLS_LDM_CALL), NUMBER(R_386_TLS_LDM_POP),
    NUMBER(R_386_TLS_LDO_32),   NUMBER(R_386_TLS_IE_32),    NUMBER(R_386_TLS_LE_32),
    NUMBER(R_386_TLS_DTPMOD32), NUMBER(R_386_TLS_DTPOFF32), NUMBER(R_386_TLS_TPOFF32),
    NUMBER(R_386_SIZE32),       NUMBER(R_386_TLS_GOTDESC),  NUMBER(R_386_TLS_DESC_CALL),
    NUMBER(R_386_TLS_DESC),     NUMBER(R_386_IRELATIVE),    NUMBER(R_386_GOT32X),
};

TEST(Relocs, NumbersAreThoseOfTheSystem) {
  for (const Number& number : kNumbersX86_64) EXPECT_EQ(reloc_name(Cpu::X86_64, number.type), number.name);
  for (const Number& number : kNumbersI386) EXPECT_EQ(reloc_name(Cpu::I386, number.type), number.name);
}

TEST(Relocs, RunTimeAndUnknownTypesAreNotInput) {
  for (uint32_t type : {5u, 6u, 7u, 8u, 16u, 36u, 37u, 38u, 39u, 40u, 52u, 249u, 255u, 256u, ~0u}) {
    EXPECT_FALSE(reloc_meaning(Cpu::X86_64, type).is_known) << type;
  }
  for (uint32_t type : {5u, 6u, 7u, 8u, 11u, 12u, 13u, 14u, 35u, 36u, 37u, 41u, 42u, 44u, 256u, ~0u}) {
    EXPECT_FALSE(reloc_meaning(Cpu::I386, type).is_known) << type;
  }
  EXPECT_FALSE(reloc_meaning(Cpu::Arm64, 1).is_known);
  EXPECT_EQ(reloc_name(Cpu::X86_64, 99), "unknown relocation type 99");
  EXPECT_EQ(reloc_name(Cpu::X86_64, 256), "unknown relocation type 256");
  EXPECT_EQ(reloc_name(Cpu::I386, R_386_TLS_GD_32), "R_386_TLS_GD_32");
}

// What must hold of every row, whatever its meaning.
TEST(Relocs, RowsAreConsistent) {
  for (Cpu cpu : {Cpu::X86_64, Cpu::I386}) {
    for (uint32_t type = 0; type < 256; type++) {
      const RelocMeaning& meaning = reloc_meaning(cpu, type);
      if (!meaning.is_known) continue;
      SCOPED_TRACE(meaning.name);
      EXPECT_EQ(meaning.want == Want::None, meaning.field == Field::None);
      EXPECT_TRUE(meaning.bias == 0 || (meaning.from == From::Place && meaning.bias == size_of(meaning.field)));
      EXPECT_TRUE(cpu == Cpu::X86_64 || size_of(meaning.field) <= 4);
      EXPECT_EQ(meaning.want == Want::TlsPairSlot || meaning.want == Want::TlsModuleSlot ||
                    meaning.want == Want::TlsDescSlot || meaning.want == Want::TlsOffsetSlot ||
                    meaning.want == Want::TlsNegatedOffsetSlot,
                (meaning.hints & hint::kIsTlsSequence) != 0);
    }
  }
}

void expect_row(Cpu cpu, uint32_t type, Want want, From from, Field field) {
  const RelocMeaning& meaning = reloc_meaning(cpu, type);
  EXPECT_TRUE(meaning.is_known) << type;
  EXPECT_EQ(meaning.want, want) << meaning.name;
  EXPECT_EQ(meaning.from, from) << meaning.name;
  EXPECT_EQ(meaning.field, field) << meaning.name;
}

TEST(Relocs, RowsThatAreEasyToGetWrong) {
  constexpr auto k64 = Cpu::X86_64;
  expect_row(k64, R_X86_64_32, Want::Address, From::Nothing, Field::Unsigned32);
  expect_row(k64, R_X86_64_32S, Want::Address, From::Nothing, Field::Signed32);
  expect_row(k64, R_X86_64_GOT32, Want::GotSlot, From::GotBase, Field::Signed32);
  expect_row(k64, R_X86_64_GOTOFF64, Want::Address, From::GotBase, Field::Word64);
  expect_row(k64, R_X86_64_PLTOFF64, Want::Stub, From::GotBase, Field::Word64);
  expect_row(k64, R_X86_64_GOTPC64, Want::GotBase, From::Place, Field::Word64);
  expect_row(k64, R_X86_64_GOTPLT64, Want::GotSlot, From::GotBase, Field::Word64);
  expect_row(k64, R_X86_64_DTPOFF32, Want::TlsBlockOffset, From::Nothing, Field::Signed32);
  expect_row(k64, R_X86_64_TLSDESC_CALL, Want::None, From::Nothing, Field::None);
  constexpr auto k32 = Cpu::I386;
  expect_row(k32, R_386_GOTPC, Want::GotBase, From::Place, Field::Wrap32);
  expect_row(k32, R_386_TLS_IE, Want::TlsOffsetSlot, From::Nothing, Field::Wrap32);
  expect_row(k32, R_386_TLS_GOTIE, Want::TlsOffsetSlot, From::GotBase, Field::Wrap32);
  expect_row(k32, R_386_TLS_IE_32, Want::TlsNegatedOffsetSlot, From::GotBase, Field::Wrap32);
  expect_row(k32, R_386_TLS_LE_32, Want::TlsNegatedOffset, From::Nothing, Field::Wrap32);
  expect_row(k32, R_386_PC16, Want::Address, From::Place, Field::Word16);
}

From refined(const char* hex, uint32_t offset, uint32_t type = R_386_GOT32X, Cpu cpu = Cpu::I386) {
  Reloc reloc;
  reloc.offset = offset;
  reloc.raw_type = type;
  reloc.from = From::GotBase;
  refine_reloc(cpu, test::from_hex(hex), reloc);
  return reloc.from;
}

TEST(Relocs, I386GotLoadsMayHaveNoBaseRegister) {
  EXPECT_EQ(refined("8b 0d 00 00 00 00", 2), From::Nothing);               // mov foo@GOT,%ecx
  EXPECT_EQ(refined("ff 15 00 00 00 00", 2, R_386_GOT32), From::Nothing);  // call *foo@GOT
  EXPECT_EQ(refined("8b 8b 00 00 00 00", 2), From::GotBase);               // mov foo@GOT(%ebx),%ecx
  EXPECT_EQ(refined("8b 04 1d 00 00 00 00", 3), From::GotBase);            // mov foo@GOT(,%ebx,1),%eax
  EXPECT_EQ(refined("8b 0d 00 00 00 00", 2, R_386_GOTOFF), From::GotBase);
  EXPECT_EQ(refined("8b 0d 00 00 00 00", 2, R_386_GOT32, Cpu::X86_64), From::GotBase);
  EXPECT_EQ(refined("0d 00 00 00 00", 1), From::GotBase);
  EXPECT_EQ(refined("8b 0d", 200), From::GotBase);
}

}  // namespace
}  // namespace xld::elf
