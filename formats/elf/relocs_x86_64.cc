// ELF x86-64: x86-64 psABI 1.0 §4.4.1 table 4.9, and the types 43 to 51 that came with APX.
//
// RELA: addends are explicit. GOT32, GOT64, GOTOFF64 and PLTOFF64 count from _GLOBAL_OFFSET_TABLE_. The 8- and 16-bit
// types serve boot code: they accept signed and unsigned values, as GNU ld does. DTPOFF32 and DTPOFF64 stand in code
// and in debug information; see tlsrewrite.h for the difference.
#include "formats/elf/relocs_table.h"

namespace xld::elf {
namespace {

using W = Want;
using F = Field;

constexpr uint8_t kSequence = hint::kIsTlsSequence;
constexpr uint8_t kBranch = hint::kIsBranch;
constexpr uint8_t kShorten = hint::kMayShortenGot;

constexpr RelocRow kRows[] = {
    // type, name, want, from, field, hints, bias, lead
    {0, {"R_X86_64_NONE", W::None, From::Nothing, F::None}},
    {1, {"R_X86_64_64", W::Address, From::Nothing, F::Word64}},
    {2, {"R_X86_64_PC32", W::Address, From::Place, F::Signed32, 0, 4}},
    {3, {"R_X86_64_GOT32", W::GotSlot, From::GotBase, F::Signed32}},
    {4, {"R_X86_64_PLT32", W::Stub, From::Place, F::Signed32, kBranch, 4}},
    {9, {"R_X86_64_GOTPCREL", W::GotSlot, From::Place, F::Signed32, kShorten, 4}},
    {10, {"R_X86_64_32", W::Address, From::Nothing, F::Unsigned32}},
    {11, {"R_X86_64_32S", W::Address, From::Nothing, F::Signed32}},
    {12, {"R_X86_64_16", W::Address, From::Nothing, F::Word16}},
    {13, {"R_X86_64_PC16", W::Address, From::Place, F::Word16, 0, 2}},
    {14, {"R_X86_64_8", W::Address, From::Nothing, F::Word8}},
    {15, {"R_X86_64_PC8", W::Address, From::Place, F::Signed8, 0, 1}},
    {17, {"R_X86_64_DTPOFF64", W::TlsBlockOffset, From::Nothing, F::Word64}},
    {18, {"R_X86_64_TPOFF64", W::TlsOffset, From::Nothing, F::Word64}},
    {19, {"R_X86_64_TLSGD", W::TlsPairSlot, From::Place, F::Signed32, kSequence, 4}},
    {20, {"R_X86_64_TLSLD", W::TlsModuleSlot, From::Place, F::Signed32, kSequence, 4}},
    {21, {"R_X86_64_DTPOFF32", W::TlsBlockOffset, From::Nothing, F::Signed32}},
    {22, {"R_X86_64_GOTTPOFF", W::TlsOffsetSlot, From::Place, F::Signed32, kSequence, 4, 3}},
    {23, {"R_X86_64_TPOFF32", W::TlsOffset, From::Nothing, F::Signed32}},
    {24, {"R_X86_64_PC64", W::Address, From::Place, F::Word64}},
    {25, {"R_X86_64_GOTOFF64", W::Address, From::GotBase, F::Word64}},
    {26, {"R_X86_64_GOTPC32", W::GotBase, From::Place, F::Signed32, 0, 4}},
    {27, {"R_X86_64_GOT64", W::GotSlot, From::GotBase, F::Word64}},
    {28, {"R_X86_64_GOTPCREL64", W::GotSlot, From::Place, F::Word64}},
    {29, {"R_X86_64_GOTPC64", W::GotBase, From::Place, F::Word64}},
    {30, {"R_X86_64_GOTPLT64", W::GotSlot, From::GotBase, F::Word64}},
    {31, {"R_X86_64_PLTOFF64", W::Stub, From::GotBase, F::Word64}},
    {32, {"R_X86_64_SIZE32", W::Size, From::Nothing, F::Unsigned32}},
    {33, {"R_X86_64_SIZE64", W::Size, From::Nothing, F::Word64}},
    {34, {"R_X86_64_GOTPC32_TLSDESC", W::TlsDescSlot, From::Place, F::Signed32, kSequence, 4, 3}},
    {35, {"R_X86_64_TLSDESC_CALL", W::None, From::Nothing, F::None, hint::kIsTlsMarker}},
    {41, {"R_X86_64_GOTPCRELX", W::GotSlot, From::Place, F::Signed32, kShorten, 4, 2}},
    {42, {"R_X86_64_REX_GOTPCRELX", W::GotSlot, From::Place, F::Signed32, kShorten, 4, 3}},
    {43, {"R_X86_64_CODE_4_GOTPCRELX", W::GotSlot, From::Place, F::Signed32, kShorten, 4, 4}},
    {44, {"R_X86_64_CODE_4_GOTTPOFF", W::TlsOffsetSlot, From::Place, F::Signed32, kSequence, 4, 4}},
    {45, {"R_X86_64_CODE_4_GOTPC32_TLSDESC", W::TlsDescSlot, From::Place, F::Signed32, kSequence, 4, 4}},
    {46, {"R_X86_64_CODE_5_GOTPCRELX", W::GotSlot, From::Place, F::Signed32, 0, 4, 5}},
    {47, {"R_X86_64_CODE_5_GOTTPOFF", W::TlsOffsetSlot, From::Place, F::Signed32, kSequence, 4, 5}},
    {48, {"R_X86_64_CODE_5_GOTPC32_TLSDESC", W::TlsDescSlot, From::Place, F::Signed32, kSequence, 4, 5}},
    {49, {"R_X86_64_CODE_6_GOTPCRELX", W::GotSlot, From::Place, F::Signed32, 0, 4, 6}},
    {50, {"R_X86_64_CODE_6_GOTTPOFF", W::TlsOffsetSlot, From::Place, F::Signed32, kSequence, 4, 6}},
    {51, {"R_X86_64_CODE_6_GOTPC32_TLSDESC", W::TlsDescSlot, From::Place, F::Signed32, kSequence, 4, 6}},
    // Written by -fvtable-gc, which compilers have dropped: nothing to do.
    {250, {"R_X86_64_GNU_VTINHERIT", W::None, From::Nothing, F::None}},
    {251, {"R_X86_64_GNU_VTENTRY", W::None, From::Nothing, F::None}},
};

// Made by linkers for loaders; 39 and 40 were for MPX.
constexpr RelocName kNames[] = {
    {5, "R_X86_64_COPY"},      {6, "R_X86_64_GLOB_DAT"},   {7, "R_X86_64_JUMP_SLOT"},  {8, "R_X86_64_RELATIVE"},
    {16, "R_X86_64_DTPMOD64"}, {36, "R_X86_64_TLSDESC"},   {37, "R_X86_64_IRELATIVE"}, {38, "R_X86_64_RELATIVE64"},
    {39, "R_X86_64_PC32_BND"}, {40, "R_X86_64_PLT32_BND"},
};

}  // namespace

constinit const RelocTable kRelocsX86_64 = add_names(make_table(kRows), kNames);

constinit const DynamicRelocTypes kDynamicRelocTypesX86_64 = {
    .relative = 8,
    .irelative = 37,
    .absolute = 1,
    .distance = 24,
    .size = 33,
    .narrow_size = 32,
    .glob_dat = 6,
    .jump_slot = 7,
    .copy = 5,
    .tls_module = 16,
    .tls_offset = 17,
    .thread_offset = 18,
    .negated_thread_offset = 0,
    .tls_desc = 36,
    .has_addend = true,
};

}  // namespace xld::elf
