// See relocs.h. Rows of types that are most of all in code come first: tables are searched from the front.
#include "formats/elf_to_macho/relocs.h"

#include <fmt/core.h>

namespace xld::elf_to_macho {

namespace {

using enum Form;

constexpr const char* kNeedsPic =
    "an absolute address of 32 bits or less cannot hold one of this output, which is loaded above 4 GiB; compile with "
    "-fPIC";
constexpr const char* kNeedsGeneralTls =
    "it takes a thread-local variable's offset from the thread pointer, which Mach-O does not have; compile with -fPIC "
    "-ftls-model=global-dynamic";
constexpr const char* kNeedsSmallModel =
    "it counts from the global offset table, which Mach-O does not have; compile with -fPIC -mcmodel=small";
constexpr const char* kNeedsFewRegisters =
    "thread-local accesses of code for APX cannot be translated; compile with -fPIC -mtls-dialect=gnu "
    "-ftls-model=global-dynamic";
constexpr const char* kNeedsNarrow = "Mach-O has no relocation for so small a field; use a wider one";

constexpr uint8_t kLong = 2, kQuad = 3;

constexpr RelocRow kRowsX86_64[] = {
    {2, "R_X86_64_PC32", Distance, 1, kLong, true},
    {4, "R_X86_64_PLT32", Branch, 2, kLong, true},
    {42, "R_X86_64_REX_GOTPCRELX", SlotLoad, 4, kLong, true},
    {41, "R_X86_64_GOTPCRELX", Slot, 4, kLong, true},
    {9, "R_X86_64_GOTPCREL", Slot, 4, kLong, true},
    {1, "R_X86_64_64", Address, 0, kQuad, false},
    {24, "R_X86_64_PC64", Distance, 0, kQuad, false},
    {19, "R_X86_64_TLSGD", TlsPair, kTlvRecordX86_64, kLong, true},
    {20, "R_X86_64_TLSLD", TlsModule, kTlvRecordX86_64, kLong, true},
    {21, "R_X86_64_DTPOFF32", TlsBlockOffset, 0, kLong, false},
    {17, "R_X86_64_DTPOFF64", TlsBlockOffset, 0, kQuad, false},
    {23, "R_X86_64_TPOFF32", TlsOffset, 0, kLong, false},
    {22, "R_X86_64_GOTTPOFF", TlsOffsetSlot, 0, kLong, true},
    {34, "R_X86_64_GOTPC32_TLSDESC", TlsDescriptor, 0, kLong, true},
    {35, "R_X86_64_TLSDESC_CALL", TlsDescriptorCall},
    {18, "R_X86_64_TPOFF64", TlsOffset, 0, kQuad, false},
    {0, "R_X86_64_NONE", Nothing},
    {32, "R_X86_64_SIZE32", Size, 0, kLong, false},
    {33, "R_X86_64_SIZE64", Size, 0, kQuad, false},
    {10, "R_X86_64_32", Refused, 0, 0, false, kNeedsPic},
    {11, "R_X86_64_32S", Refused, 0, 0, false, kNeedsPic},
    {12, "R_X86_64_16", Refused, 0, 0, false, kNeedsPic},
    {14, "R_X86_64_8", Refused, 0, 0, false, kNeedsPic},
    {13, "R_X86_64_PC16", Refused, 0, 0, false, kNeedsNarrow},
    {15, "R_X86_64_PC8", Refused, 0, 0, false, kNeedsNarrow},
    {3, "R_X86_64_GOT32", Refused, 0, 0, false, kNeedsSmallModel},
    {25, "R_X86_64_GOTOFF64", Refused, 0, 0, false, kNeedsSmallModel},
    {26, "R_X86_64_GOTPC32", Refused, 0, 0, false, kNeedsSmallModel},
    {27, "R_X86_64_GOT64", Refused, 0, 0, false, kNeedsSmallModel},
    {28, "R_X86_64_GOTPCREL64", Refused, 0, 0, false, kNeedsSmallModel},
    {29, "R_X86_64_GOTPC64", Refused, 0, 0, false, kNeedsSmallModel},
    {31, "R_X86_64_PLTOFF64", Refused, 0, 0, false, kNeedsSmallModel},
    {16, "R_X86_64_DTPMOD64", Refused, 0, 0, false, kNeedsGeneralTls},
    {44, "R_X86_64_CODE_4_GOTTPOFF", Refused, 0, 0, false, kNeedsFewRegisters},
    {45, "R_X86_64_CODE_4_GOTPC32_TLSDESC", Refused, 0, 0, false, kNeedsFewRegisters},
    {50, "R_X86_64_CODE_6_GOTTPOFF", Refused, 0, 0, false, kNeedsFewRegisters},
};

constexpr const char* kNeedsCallTls386 =
    "it finds a thread-local variable's offset by way of the global offset table, which Mach-O does not have; compile "
    "with -fno-pic, or with -fPIC -mtls-dialect=gnu -ftls-model=global-dynamic";

constexpr RelocRow kRowsI386[] = {
    {2, "R_386_PC32", Distance, 0, kLong, true},
    {4, "R_386_PLT32", Distance, 0, kLong, true},
    {1, "R_386_32", Address, 0, kLong, false},
    {0, "R_386_NONE", Nothing},
    {38, "R_386_SIZE32", Size, 0, kLong, false},
    {3, "R_386_GOT32", TableSlot, 0, kLong, false},
    {9, "R_386_GOTOFF", TableOffset, 0, kLong, false},
    {10, "R_386_GOTPC", TableDistance, 0, kLong, true},
    {43, "R_386_GOT32X", TableSlot, 0, kLong, false},
    {20, "R_386_16", Refused, 0, 0, false, kNeedsNarrow},
    {21, "R_386_PC16", Refused, 0, 0, false, kNeedsNarrow},
    {22, "R_386_8", Refused, 0, 0, false, kNeedsNarrow},
    {23, "R_386_PC8", Refused, 0, 0, false, kNeedsNarrow},
    {15, "R_386_TLS_IE", TlsOffsetSlot, 0, kLong, false},
    {17, "R_386_TLS_LE", TlsOffset, 0, kLong, false},
    {16, "R_386_TLS_GOTIE", Refused, 0, 0, false, kNeedsCallTls386},
    {18, "R_386_TLS_GD", TlsPair, kTlvRecordI386, kLong, false},
    {19, "R_386_TLS_LDM", TlsModule, kTlvRecordI386, kLong, false},
    {32, "R_386_TLS_LDO_32", TlsBlockOffset, 0, kLong, false},
    {33, "R_386_TLS_IE_32", Refused, 0, 0, false, kNeedsCallTls386},
    {34, "R_386_TLS_LE_32", Refused, 0, 0, false, kNeedsCallTls386},
    {39, "R_386_TLS_GOTDESC", Refused, 0, 0, false, kNeedsCallTls386},
    {40, "R_386_TLS_DESC_CALL", Refused, 0, 0, false, kNeedsCallTls386},
};

constexpr const char* kNeedsNear =
    "Mach-O has no relocation for so short a branch or reference; put both into one "
    "section, or compile without hand-written assembly that has it";
constexpr const char* kNeedsSmallArm64 =
    "addresses are not put together of 16-bit parts in Mach-O; compile with -fPIC -mcmodel=small";
constexpr const char* kNeedsLargePic = "it counts from the global offset table's page; compile with -fPIC, not -fpic";
constexpr const char* kNeedsDescriptors =
    "it takes a thread-local variable's offset from the start of a module's variables by a call; compile with -fPIC "
    "-ftls-model=global-dynamic";
constexpr const char* kNeedsSmallTls =
    "thread-local variables of this code model cannot be translated; compile with -fPIC -mcmodel=small "
    "-ftls-model=global-dynamic";

constexpr RelocRow kRowsArm64[] = {
    {283, "R_AARCH64_CALL26", InstructionPart, 2, kLong, true},
    {282, "R_AARCH64_JUMP26", InstructionPart, 2, kLong, true},
    {275, "R_AARCH64_ADR_PREL_PG_HI21", InstructionPart, 3, kLong, true},
    {276, "R_AARCH64_ADR_PREL_PG_HI21_NC", InstructionPart, 3, kLong, true},
    {277, "R_AARCH64_ADD_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {286, "R_AARCH64_LDST64_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {285, "R_AARCH64_LDST32_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {284, "R_AARCH64_LDST16_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {278, "R_AARCH64_LDST8_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {299, "R_AARCH64_LDST128_ABS_LO12_NC", InstructionPart, 4, kLong, false},
    {311, "R_AARCH64_ADR_GOT_PAGE", InstructionPart, 5, kLong, true},
    {312, "R_AARCH64_LD64_GOT_LO12_NC", InstructionPart, 6, kLong, false},
    {257, "R_AARCH64_ABS64", Address, 0, kQuad, false},
    {260, "R_AARCH64_PREL64", Distance, 0, kQuad, false},
    {261, "R_AARCH64_PREL32", Distance, 0, kLong, false},
    {314, "R_AARCH64_PLT32", Distance, 0, kLong, false},
    {562, "R_AARCH64_TLSDESC_ADR_PAGE21", TlsPage, 8, kLong, true},
    {563, "R_AARCH64_TLSDESC_LD64_LO12", TlsDescLoad, kTlvPageOffsetRecordArm64, kLong, false},
    {564, "R_AARCH64_TLSDESC_ADD_LO12", TlsDescAdd},
    {569, "R_AARCH64_TLSDESC_CALL", TlsDescCall, 2, kLong, true},
    {513, "R_AARCH64_TLSGD_ADR_PAGE21", TlsPage, 8, kLong, true},
    {514, "R_AARCH64_TLSGD_ADD_LO12_NC", TlsPairAdd, kTlvPageOffsetRecordArm64, kLong, false},
    {541, "R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21", TlsSlotPage, 0, kLong, true},
    {542, "R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC", TlsSlotLoad, 0, kLong, false},
    {543, "R_AARCH64_TLSIE_LD_GOTTPREL_PREL19", TlsSlotLoad, 0, kLong, true},
    {549, "R_AARCH64_TLSLE_ADD_TPREL_HI12", TlsOffsetHigh, 0, kLong, false},
    {550, "R_AARCH64_TLSLE_ADD_TPREL_LO12", TlsOffsetHigh, 0, kLong, false},
    {551, "R_AARCH64_TLSLE_ADD_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false},
    {553, "R_AARCH64_TLSLE_LDST8_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false},
    {555, "R_AARCH64_TLSLE_LDST16_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 1},
    {557, "R_AARCH64_TLSLE_LDST32_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 2},
    {559, "R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 3},
    {571, "R_AARCH64_TLSLE_LDST128_TPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 4},
    {528, "R_AARCH64_TLSLD_ADD_DTPREL_HI12", TlsOffsetHigh, 0, kLong, false},
    {530, "R_AARCH64_TLSLD_ADD_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false},
    {532, "R_AARCH64_TLSLD_LDST8_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false},
    {534, "R_AARCH64_TLSLD_LDST16_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 1},
    {536, "R_AARCH64_TLSLD_LDST32_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 2},
    {538, "R_AARCH64_TLSLD_LDST64_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 3},
    {573, "R_AARCH64_TLSLD_LDST128_DTPREL_LO12_NC", TlsOffsetLow, 0, kLong, false, nullptr, 4},
    {1029, "R_AARCH64_TLS_DTPREL64", TlsBlockOffset, 0, kQuad, false},
    {0, "R_AARCH64_NONE", Nothing},
    {256, "R_AARCH64_NONE", Nothing},
    {258, "R_AARCH64_ABS32", Refused, 0, 0, false, kNeedsPic},
    {259, "R_AARCH64_ABS16", Refused, 0, 0, false, kNeedsPic},
    {262, "R_AARCH64_PREL16", Refused, 0, 0, false, kNeedsNarrow},
    {273, "R_AARCH64_LD_PREL_LO19", Refused, 0, 0, false, kNeedsNear},
    {274, "R_AARCH64_ADR_PREL_LO21", Refused, 0, 0, false, kNeedsNear},
    {279, "R_AARCH64_TSTBR14", Refused, 0, 0, false, kNeedsNear},
    {280, "R_AARCH64_CONDBR19", Refused, 0, 0, false, kNeedsNear},
    {263, "R_AARCH64_MOVW_UABS_G0", Refused, 0, 0, false, kNeedsSmallArm64},
    {264, "R_AARCH64_MOVW_UABS_G0_NC", Refused, 0, 0, false, kNeedsSmallArm64},
    {265, "R_AARCH64_MOVW_UABS_G1", Refused, 0, 0, false, kNeedsSmallArm64},
    {266, "R_AARCH64_MOVW_UABS_G1_NC", Refused, 0, 0, false, kNeedsSmallArm64},
    {267, "R_AARCH64_MOVW_UABS_G2", Refused, 0, 0, false, kNeedsSmallArm64},
    {268, "R_AARCH64_MOVW_UABS_G2_NC", Refused, 0, 0, false, kNeedsSmallArm64},
    {269, "R_AARCH64_MOVW_UABS_G3", Refused, 0, 0, false, kNeedsSmallArm64},
    {309, "R_AARCH64_GOT_LD_PREL19", Refused, 0, 0, false, kNeedsLargePic},
    {310, "R_AARCH64_LD64_GOTOFF_LO15", Refused, 0, 0, false, kNeedsLargePic},
    {313, "R_AARCH64_LD64_GOTPAGE_LO15", Refused, 0, 0, false, kNeedsLargePic},
    {517, "R_AARCH64_TLSLD_ADR_PREL21", Refused, 0, 0, false, kNeedsDescriptors},
    {518, "R_AARCH64_TLSLD_ADR_PAGE21", Refused, 0, 0, false, kNeedsDescriptors},
    {519, "R_AARCH64_TLSLD_ADD_LO12_NC", Refused, 0, 0, false, kNeedsDescriptors},
    {544, "R_AARCH64_TLSLE_MOVW_TPREL_G2", Refused, 0, 0, false, kNeedsSmallTls},
    {545, "R_AARCH64_TLSLE_MOVW_TPREL_G1", Refused, 0, 0, false, kNeedsSmallTls},
    {546, "R_AARCH64_TLSLE_MOVW_TPREL_G1_NC", Refused, 0, 0, false, kNeedsSmallTls},
    {547, "R_AARCH64_TLSLE_MOVW_TPREL_G0", Refused, 0, 0, false, kNeedsSmallTls},
    {548, "R_AARCH64_TLSLE_MOVW_TPREL_G0_NC", Refused, 0, 0, false, kNeedsSmallTls},
    {552, "R_AARCH64_TLSLE_LDST8_TPREL_LO12", Refused, 0, 0, false, kNeedsSmallTls},
    {554, "R_AARCH64_TLSLE_LDST16_TPREL_LO12", Refused, 0, 0, false, kNeedsSmallTls},
    {556, "R_AARCH64_TLSLE_LDST32_TPREL_LO12", Refused, 0, 0, false, kNeedsSmallTls},
    {558, "R_AARCH64_TLSLE_LDST64_TPREL_LO12", Refused, 0, 0, false, kNeedsSmallTls},
    {570, "R_AARCH64_TLSLE_LDST128_TPREL_LO12", Refused, 0, 0, false, kNeedsSmallTls},
    {560, "R_AARCH64_TLSDESC_LD_PREL19", Refused, 0, 0, false, kNeedsSmallTls},
    {561, "R_AARCH64_TLSDESC_ADR_PREL21", Refused, 0, 0, false, kNeedsSmallTls},
};

}  // namespace

std::span<const RelocRow> reloc_rows(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return kRowsX86_64;
    case Cpu::I386:
      return kRowsI386;
    case Cpu::Arm64:
      return kRowsArm64;
    case Cpu::Unknown:
      break;
  }
  return {};
}

const RelocRow* find_reloc_row(Cpu cpu, uint32_t type) {
  for (const RelocRow& row : reloc_rows(cpu))
    if (row.type == type) return &row;
  return nullptr;
}

std::string reloc_name(Cpu cpu, uint32_t type) {
  const RelocRow* row = find_reloc_row(cpu, type);
  return row ? row->name : fmt::format("unknown relocation type {}", type);
}

}  // namespace xld::elf_to_macho
