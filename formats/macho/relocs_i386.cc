// Mach-O i386: <mach-o/reloc.h>, enum reloc_type_generic.
//
// Differences (SECTDIFF, LOCAL_SECTDIFF) come as two scattered records; which of the two types it is tells nothing new
// to a linker that has all symbols. PB_LA_PTR was for prebinding, which nobody does any more.
#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

constexpr uint8_t kByte = 1 << 0, kShort = 1 << 1, kLong = 1 << 2;
constexpr uint8_t kAny = kByte | kShort | kLong;
using enum RelocForm;

}  // namespace

constinit const RelocTable kRelocsI386 = {{
    // name, form, want, hints, trailing, lead, lengths, may be absolute, may be relative
    {"GENERIC_RELOC_VANILLA", Plain, Want::Address, 0, 0, 0, kAny, true, true},
    {"GENERIC_RELOC_PAIR", Pair, Want::None, 0, 0, 0, kAny, true, true},
    {"GENERIC_RELOC_SECTDIFF", SectionDifference, Want::Address, 0, 0, 0, kAny, true, false},
    {"GENERIC_RELOC_PB_LA_PTR"},
    {"GENERIC_RELOC_LOCAL_SECTDIFF", SectionDifference, Want::Address, 0, 0, 0, kAny, true, false},
    {"GENERIC_RELOC_TLV", Plain, Want::GotSlot, 0, 0, 0, kLong, true, true, Field::None, From::Place, true},
}};

}  // namespace xld::macho
