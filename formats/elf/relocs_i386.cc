// ELF i386: i386 psABI 1.1 §4.4.1, and the thread-local types of "ELF Handling For Thread-Local Storage" §4.1 and §5.
//
// REL: addends are in the section. A 32-bit field is arithmetic modulo 2^32; code for 16-bit mode wraps around at 2^16.
// GOT32 and GOT32X count from _GLOBAL_OFFSET_TABLE_ unless the instruction has no base register (refine_reloc). Of the
// thread-local types, TLS_LE and TLS_GOTIE use offsets that are added to the thread pointer, TLS_LE_32 and TLS_IE_32
// offsets that are subtracted from it. TLS_GD_32 and TLS_LDM_32 begin sequences as Sun's assembler has them; their
// push, call and pop have relocations of their own, with which there is nothing to do once the sequence is rewritten.
#include "formats/elf/relocs_table.h"

namespace xld::elf {
namespace {

using W = Want;
using F = Field;

constexpr uint8_t kSequence = hint::kIsTlsSequence;
constexpr uint8_t kBranch = hint::kIsBranch;
constexpr uint8_t kShorten = hint::kMayShortenGot;
constexpr uint8_t kMustRewrite = hint::kMustRewrite;

constexpr RelocRow kRows[] = {
    // type, name, want, from, field, hints, bias, lead
    {0, {"R_386_NONE", W::None, From::Nothing, F::None}},
    {1, {"R_386_32", W::Address, From::Nothing, F::Wrap32}},
    {2, {"R_386_PC32", W::Address, From::Place, F::Wrap32, 0, 4}},
    {3, {"R_386_GOT32", W::GotSlot, From::GotBase, F::Wrap32}},
    {4, {"R_386_PLT32", W::Stub, From::Place, F::Wrap32, kBranch, 4}},
    {9, {"R_386_GOTOFF", W::Address, From::GotBase, F::Wrap32}},
    {10, {"R_386_GOTPC", W::GotBase, From::Place, F::Wrap32}},
    {15, {"R_386_TLS_IE", W::TlsOffsetSlot, From::Nothing, F::Wrap32, kSequence, 0, 2}},
    {16, {"R_386_TLS_GOTIE", W::TlsOffsetSlot, From::GotBase, F::Wrap32, kSequence, 0, 2}},
    {17, {"R_386_TLS_LE", W::TlsOffset, From::Nothing, F::Wrap32}},
    {18, {"R_386_TLS_GD", W::TlsPairSlot, From::GotBase, F::Wrap32, kSequence}},
    {19, {"R_386_TLS_LDM", W::TlsModuleSlot, From::GotBase, F::Wrap32, kSequence}},
    {20, {"R_386_16", W::Address, From::Nothing, F::Word16}},
    {21, {"R_386_PC16", W::Address, From::Place, F::Word16, 0, 2}},
    {22, {"R_386_8", W::Address, From::Nothing, F::Word8}},
    {23, {"R_386_PC8", W::Address, From::Place, F::Signed8, 0, 1}},
    {24, {"R_386_TLS_GD_32", W::TlsPairSlot, From::GotBase, F::Wrap32, kSequence | kMustRewrite}},
    {25, {"R_386_TLS_GD_PUSH", W::None, From::Nothing, F::None, kMustRewrite}},
    {26, {"R_386_TLS_GD_CALL", W::None, From::Nothing, F::None, kMustRewrite}},
    {27, {"R_386_TLS_GD_POP", W::None, From::Nothing, F::None, kMustRewrite}},
    {28, {"R_386_TLS_LDM_32", W::TlsModuleSlot, From::GotBase, F::Wrap32, kSequence | kMustRewrite}},
    {29, {"R_386_TLS_LDM_PUSH", W::None, From::Nothing, F::None, kMustRewrite}},
    {30, {"R_386_TLS_LDM_CALL", W::None, From::Nothing, F::None, kMustRewrite}},
    {31, {"R_386_TLS_LDM_POP", W::None, From::Nothing, F::None, kMustRewrite}},
    {32, {"R_386_TLS_LDO_32", W::TlsBlockOffset, From::Nothing, F::Wrap32}},
    {33, {"R_386_TLS_IE_32", W::TlsNegatedOffsetSlot, From::GotBase, F::Wrap32, kSequence, 0, 2}},
    {34, {"R_386_TLS_LE_32", W::TlsNegatedOffset, From::Nothing, F::Wrap32}},
    {38, {"R_386_SIZE32", W::Size, From::Nothing, F::Wrap32}},
    {39, {"R_386_TLS_GOTDESC", W::TlsDescSlot, From::GotBase, F::Wrap32, kSequence, 0, 2}},
    {40, {"R_386_TLS_DESC_CALL", W::None, From::Nothing, F::None, hint::kIsTlsMarker}},
    {43, {"R_386_GOT32X", W::GotSlot, From::GotBase, F::Wrap32, kShorten, 0, 2}},
    // Written by -fvtable-gc, which compilers have dropped: nothing to do.
    {250, {"R_386_GNU_VTINHERIT", W::None, From::Nothing, F::None}},
    {251, {"R_386_GNU_VTENTRY", W::None, From::Nothing, F::None}},
};

// Made by linkers for loaders, and a number reserved for a stub's address.
constexpr RelocName kNames[] = {
    {5, "R_386_COPY"},         {6, "R_386_GLOB_DAT"},   {7, "R_386_JMP_SLOT"},      {8, "R_386_RELATIVE"},
    {11, "R_386_32PLT"},       {14, "R_386_TLS_TPOFF"}, {35, "R_386_TLS_DTPMOD32"}, {36, "R_386_TLS_DTPOFF32"},
    {37, "R_386_TLS_TPOFF32"}, {41, "R_386_TLS_DESC"},  {42, "R_386_IRELATIVE"},
};

}  // namespace

constinit const RelocTable kRelocsI386 = add_names(make_table(kRows), kNames);

constinit const DynamicRelocTypes kDynamicRelocTypesI386 = {
    .relative = 8,
    .irelative = 42,
    .absolute = 1,
    .distance = 2,
    .size = 38,
    .narrow_size = 0,
    .glob_dat = 6,
    .jump_slot = 7,
    .copy = 5,
    .tls_module = 35,
    .tls_offset = 36,
    .thread_offset = 14,
    .negated_thread_offset = 37,
    .tls_desc = 41,
    .has_addend = false,
};

}  // namespace xld::elf
