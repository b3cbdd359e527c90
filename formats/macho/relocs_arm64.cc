// Mach-O arm64: <mach-o/arm64/reloc.h>.
//
// Fields of instructions hold no addend: a record of its own does, ahead of the one it is for. A load from a slot takes
// two instructions with a record each; both may become the address itself. POINTER_TO_GOT is for data.
#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

constexpr uint8_t kLong = 1 << 2, kQuad = 1 << 3;
using enum RelocForm;

}  // namespace

constinit const RelocTable kRelocsArm64 = {{
    // name, form, want, hints, trailing, lead, lengths, may be absolute, may be relative, field, from
    {"ARM64_RELOC_UNSIGNED", Plain, Want::Address, 0, 0, 0, kLong | kQuad, true, false},
    {"ARM64_RELOC_SUBTRACTOR", Subtractor, Want::None, 0, 0, 0, kLong | kQuad, true, false},
    {"ARM64_RELOC_BRANCH26", Plain, Want::Stub, hint::kIsBranch, 0, 0, kLong, false, true, Field::Branch26},
    {"ARM64_RELOC_PAGE21", Plain, Want::Address, 0, 0, 0, kLong, false, true, Field::Page21, From::PlacePage},
    {"ARM64_RELOC_PAGEOFF12", Plain, Want::Address, 0, 0, 0, kLong, true, false, Field::PageOffset12, From::OwnPage},
    {"ARM64_RELOC_GOT_LOAD_PAGE21", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 0, kLong, false, true, Field::Page21,
     From::PlacePage},
    {"ARM64_RELOC_GOT_LOAD_PAGEOFF12", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 0, kLong, true, false,
     Field::PageOffset12, From::OwnPage},
    {"ARM64_RELOC_POINTER_TO_GOT", Plain, Want::GotSlot, 0, 0, 0, kLong | kQuad, true, true},
    {"ARM64_RELOC_TLVP_LOAD_PAGE21", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 0, kLong, false, true,
     Field::Page21, From::PlacePage, true},
    {"ARM64_RELOC_TLVP_LOAD_PAGEOFF12", Plain, Want::GotSlot, hint::kMayShortenGot, 0, 0, kLong, true, false,
     Field::PageOffset12, From::OwnPage, true},
    {"ARM64_RELOC_ADDEND", Addend, Want::None, 0, 0, 0, kLong, true, false},
}};

}  // namespace xld::macho
