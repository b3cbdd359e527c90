// Mach-O x86-64: <mach-o/x86_64/reloc.h>.
//
// The program counter of a SIGNED_N field is N bytes behind the field. GOT_LOAD promises a movq from the slot, which
// may become a leaq; GOT promises nothing. TLV is the same load: of the address of the variable's descriptor.
#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

constexpr uint8_t kByte = 1 << 0, kLong = 1 << 2, kQuad = 1 << 3;
using enum RelocForm;

}  // namespace

constinit const RelocTable kRelocsX86_64 = {{
    // name, form, want, hints, trailing, lead, lengths, may be absolute, may be relative
    {"X86_64_RELOC_UNSIGNED", Plain, Want::Address, 0, 0, 0, kLong | kQuad, true, false},
    {"X86_64_RELOC_SIGNED", Plain, Want::Address, 0, 0, 0, kLong, false, true},
    {"X86_64_RELOC_BRANCH", Plain, Want::Stub, hint::kIsBranch, 0, 0, kByte | kLong, false, true},
    {"X86_64_RELOC_GOT_LOAD", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 3, kLong, false, true},
    {"X86_64_RELOC_GOT", Plain, Want::GotSlot, 0, 0, 0, kLong, false, true},
    {"X86_64_RELOC_SUBTRACTOR", Subtractor, Want::None, 0, 0, 0, kLong | kQuad, true, false},
    {"X86_64_RELOC_SIGNED_1", Plain, Want::Address, 0, 1, 0, kLong, false, true},
    {"X86_64_RELOC_SIGNED_2", Plain, Want::Address, 0, 2, 0, kLong, false, true},
    {"X86_64_RELOC_SIGNED_4", Plain, Want::Address, 0, 4, 0, kLong, false, true},
    {"X86_64_RELOC_TLV", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 3, kLong, false, true, Field::None, From::Place,
     true},
}};

}  // namespace xld::macho
