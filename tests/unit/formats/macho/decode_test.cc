// Raw Mach-O relocations of both x86 CPUs become canonical ones; malformed files become messages.
#include <gtest/gtest.h>

#include "tests/unit/formats/macho/object_builder.h"

namespace xld::macho {
namespace {

constexpr uint8_t kLocal = N_SECT, kGlobal = N_SECT | N_EXT, kUndefined = N_UNDF | N_EXT;

OneObject x86_64(const TestObject& object) {
  return {Cpu::X86_64, ObjectBuilder<Macho64>().build(object)};
}
OneObject i386(const TestObject& object) {
  return {Cpu::I386, ObjectBuilder<Macho32>().build(object)};
}

// ---- x86-64

TEST(MachoX86_64, SignedFieldsCountFromTheirEnd) {
  // A field with no addend, and one before an immediate byte, which the assembler stores as -1.
  auto object = x86_64({{{"__TEXT",
                          "__text",
                          0,
                          words({0, 0xffffffff, 7}),
                          0,
                          {plain_reloc(8, 0, true, 2, true, 1), plain_reloc(4, 0, true, 2, true, 6),
                           plain_reloc(0, 0, true, 2, true, 1)}}},
                        {{"_x", kUndefined, 0, 0}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 3u) << object.messages();
  EXPECT_EQ(relocs[2].from, From::Place);
  EXPECT_EQ(relocs[2].addend, -4);
  EXPECT_EQ(relocs[2].bias, 4);
  EXPECT_EQ(relocs[1].addend, -5);
  EXPECT_EQ(relocs[1].bias, 5);
  EXPECT_EQ(relocs[0].addend, 3);
  EXPECT_EQ(object.name_of(relocs[0]), "_x");
}

TEST(MachoX86_64, SectionTargetsBecomeAtomsAndOffsets) {
  // At 4: a distance of 0x10 from the end of the field, 8, is 0x18: 4 bytes into _b.
  auto object =
      x86_64({{{"__TEXT", "__text", 0, words({0, 0x10}), 0, {plain_reloc(4, 2, true, 2, false, 1)}},
               {"__DATA", "__data", 0x10, words({0, 0x14, 0, 0, 0, 0}), 0, {plain_reloc(4, 2, false, 3, false, 0)}}},
              {{"_a", kLocal, 2, 0x10}, {"_b", kLocal, 2, 0x14}}});
  const auto code = object.decode(object.atom(0));
  ASSERT_EQ(code.size(), 1u) << object.messages();
  EXPECT_EQ(code[0].target_kind, TargetKind::Atom);
  EXPECT_EQ(code[0].target, 2u);
  EXPECT_EQ(code[0].value, 4);
  EXPECT_EQ(code[0].addend, -4);
  const auto data = object.decode(object.atom(2));
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(data[0].offset, 0u);
  EXPECT_EQ(data[0].target, 2u);
  EXPECT_EQ(data[0].value, 0);
  EXPECT_EQ(data[0].field, Field::Word64);
}

TEST(MachoX86_64, SubtractorAndUnsignedAreOneDifference) {
  auto object = x86_64({{{"__DATA",
                          "__data",
                          0,
                          words({0, 12, 0, 0}),
                          0,
                          {plain_reloc(4, 1, false, 2, true, 5), plain_reloc(4, 0, false, 2, true, 0)}}},
                        {{"_a", kGlobal, 1, 0}, {"_b", kGlobal, 1, 8}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(relocs[0].from, From::Symbol);
  EXPECT_EQ(relocs[0].want, Want::Address);
  EXPECT_EQ(object.name_of(relocs[0]), "_a");
  EXPECT_EQ(relocs[0].addend, 12);
  EXPECT_EQ(relocs[1].hints, hint::kSubtrahend);
  EXPECT_EQ(relocs[1].want, Want::None);
  EXPECT_EQ(object.name_of(relocs[1]), "_b");
}

TEST(MachoX86_64, PairsAreNeverSplitBetweenBatches) {
  // Batches of three meet the middle of the second pair.
  auto object = x86_64({{{"__DATA",
                          "__data",
                          0,
                          words({0, 0, 0, 0}),
                          0,
                          {plain_reloc(8, 1, false, 2, true, 5), plain_reloc(8, 0, false, 2, true, 0),
                           plain_reloc(0, 1, false, 2, true, 5), plain_reloc(0, 0, false, 2, true, 0)}}},
                        {{"_a", kGlobal, 1, 0}, {"_b", kGlobal, 1, 0}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 4u) << object.messages();
  EXPECT_EQ(relocs[2].from, From::Symbol);
  EXPECT_EQ(relocs[3].hints, hint::kSubtrahend);
}

TEST(MachoX86_64, BranchesWantStubsAndGotLoadsMayBeShortened) {
  auto object = x86_64({{{"__TEXT",
                          "__text",
                          0,
                          words({0, 0, 0}),
                          0,
                          {plain_reloc(8, 0, true, 2, true, 3), plain_reloc(4, 0, true, 2, true, 4),
                           plain_reloc(0, 0, true, 2, true, 2)}}},
                        {{"_f", kUndefined, 0, 0}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 3u) << object.messages();
  EXPECT_EQ(relocs[2].want, Want::Stub);
  EXPECT_EQ(relocs[2].hints, hint::kIsBranch);
  EXPECT_EQ(relocs[1].want, Want::GotSlot);
  EXPECT_EQ(relocs[1].hints, 0);
  EXPECT_EQ(relocs[0].hints, hint::kMayShortenGot);
  EXPECT_EQ(relocs[0].lead, 3);
}

TEST(MachoX86_64, TablesInNoOrderAreSharedAmongPieces) {
  auto object = x86_64({{{"__DATA",
                          "__data",
                          0,
                          words({0, 0, 0, 0}),
                          0,
                          {plain_reloc(4, 0, false, 2, true, 0), plain_reloc(12, 0, false, 2, true, 0),
                           plain_reloc(0, 0, false, 2, true, 0), plain_reloc(8, 0, false, 2, true, 0)}}},
                        {{"_a", kGlobal, 1, 0}, {"_b", kGlobal, 1, 8}}});
  for (uint32_t piece = 0; piece < 2; piece++) {
    const auto relocs = object.decode(object.atom(piece));
    ASSERT_EQ(relocs.size(), 2u) << object.messages();
    EXPECT_EQ(relocs[0].offset, 0u);
    EXPECT_EQ(relocs[1].offset, 4u);
  }
}

// ---- i386

TEST(MachoI386, BranchesToSymbolsStoreTheirDistanceFromTheObject) {
  // calll _f at 0x100: the field holds -(0x101 + 4).
  auto object =
      i386({{{"__TEXT", "__text", 0x100, {0xe8, 0xfb, 0xfe, 0xff, 0xff}, 0, {plain_reloc(1, 0, true, 2, true, 0)}}},
            {{"_f", kUndefined, 0, 0}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 1u) << object.messages();
  EXPECT_EQ(relocs[0].want, Want::Stub);
  EXPECT_EQ(relocs[0].from, From::Place);
  EXPECT_EQ(relocs[0].addend, -4);
  EXPECT_EQ(relocs[0].field, Field::Wrap32);
}

TEST(MachoI386, ScatteredAddressesNameTheirAtom) {
  // _a + 0x20 lies far behind _a; the record's address says that _a is meant, not _b.
  auto object = i386({{{"__DATA",
                        "__data",
                        0x40,
                        words({0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                        0,
                        {scattered_reloc(0, 0x40, false, 2, 0)}}},
                      {{"_a", kLocal, 1, 0x40}, {"_b", kLocal, 1, 0x50}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 1u) << object.messages();
  EXPECT_EQ(relocs[0].target_kind, TargetKind::Atom);
  EXPECT_EQ(relocs[0].target, 0u);
  EXPECT_EQ(relocs[0].value, 0);
  EXPECT_EQ(relocs[0].addend, 0x20);
}

TEST(MachoI386, ScatteredBranchesAreRelative) {
  // jmp from 0x11 to 0x30, which is 8 bytes behind the start of the piece at 0x28.
  auto object = i386({{{"__TEXT", "__text", 0x10, {0xe9, 0x1b, 0, 0, 0}, 0, {scattered_reloc(1, 0x28, true, 2, 0)}},
                       {"__TEXT", "__other", 0x28, words({0, 0, 0, 0}), 0}},
                      {}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 1u) << object.messages();
  EXPECT_EQ(relocs[0].target, 1u);
  EXPECT_EQ(relocs[0].value, 0);
  EXPECT_EQ(relocs[0].addend, 8 - 4);
  EXPECT_EQ(relocs[0].from, From::Place);
}

class MachoI386Difference : public testing::TestWithParam<uint32_t> {};

TEST_P(MachoI386Difference, HoldsWhatTheObjectsAddressesMakeOfIt) {
  // _b + 3 - _a, where _b - _a is 8.
  auto object = i386({{{"__DATA",
                        "__data",
                        0x80,
                        words({11, 0, 0, 0}),
                        0,
                        {scattered_reloc(0, 0x88, false, 2, GetParam()), scattered_reloc(0, 0x80, false, 2, 1)}}},
                      {{"_a", kLocal, 1, 0x80}, {"_b", kLocal, 1, 0x88}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(relocs[0].from, From::Symbol);
  EXPECT_EQ(relocs[0].target, 1u);
  EXPECT_EQ(relocs[0].addend, 3);
  EXPECT_EQ(relocs[1].target, 0u);
  EXPECT_EQ(relocs[1].hints, hint::kSubtrahend);
}

INSTANTIATE_TEST_SUITE_P(SectdiffAndLocalSectdiff, MachoI386Difference, testing::Values(2u, 4u));

TEST(MachoI386, DifferencesToPointersBecomeSlots) {
  // movl L_x$non_lazy_ptr-L1(%esi), %eax with L1 at 4.
  auto object = i386({{{"__TEXT",
                        "__text",
                        0,
                        words({0x40 - 4, 0}),
                        0,
                        {scattered_reloc(0, 0x40, false, 2, 4), scattered_reloc(0, 4, false, 2, 1)}},
                       {"__IMPORT", "__pointers", 0x40, words({0}), S_NON_LAZY_SYMBOL_POINTERS, {}, 1}},
                      {{"_y", kUndefined, 0, 0}, {"_x", kUndefined, 0, 0}},
                      {0, 1}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(relocs[0].want, Want::GotSlot);
  EXPECT_EQ(relocs[0].from, From::Symbol);
  EXPECT_EQ(object.name_of(relocs[0]), "_x");
  EXPECT_EQ(relocs[0].addend, 0);
  EXPECT_EQ(relocs[1].value, 4);
}

// ---- malformed records

struct BadReloc {
  const char* name;
  std::vector<TestReloc> relocs;
  const char* message;
};

class MachoBadReloc : public testing::TestWithParam<BadReloc> {};

TEST_P(MachoBadReloc, GivesAMessage) {
  auto object = i386({{{"__TEXT", "__text", 0, words({0, 0}), 0, GetParam().relocs}}, {{"_f", kUndefined, 0, 0}}});
  EXPECT_TRUE(object.decode(object.atom(0)).empty());
  EXPECT_NE(object.messages().find(GetParam().message), std::string::npos) << object.messages();
  EXPECT_NE(object.messages().find("__TEXT,__text"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, MachoBadReloc,
    testing::Values(BadReloc{"outside", {plain_reloc(5, 0, false, 2, true, 0)}, "outside of what it is about"},
                    BadReloc{"symbol", {plain_reloc(0, 9, false, 2, true, 0)}, "symbol 9, which does not exist"},
                    BadReloc{"section", {plain_reloc(0, 9, false, 2, false, 0)}, "section 9, which does not exist"},
                    BadReloc{"address", {scattered_reloc(0, 0x999, false, 2, 0)}, "where there is no section"},
                    BadReloc{"half", {scattered_reloc(0, 0, false, 2, 2)}, "not followed by its second half"},
                    BadReloc{"wrongHalf",
                             {scattered_reloc(0, 0, false, 2, 2), plain_reloc(0, 0, false, 2, true, 0)},
                             "not followed by its second half"},
                    BadReloc{"lonelyPair", {scattered_reloc(0, 0, false, 2, 1)}, "GENERIC_RELOC_PAIR is not supported"},
                    BadReloc{"type", {plain_reloc(0, 0, false, 2, true, 12)}, "unknown relocation type 12"},
                    BadReloc{"length", {plain_reloc(0, 0, false, 3, true, 0)}, "has width 8 bytes, but must be"}),
    [](const auto& test) { return test.param.name; });

// ---- whole files

TestObject ordinary_object() {
  return {{{"__TEXT",
            "__text",
            0,
            words({0, 0, 0, 0}),
            S_ATTR_PURE_INSTRUCTIONS,
            {plain_reloc(8, 2, true, 2, true, 2), plain_reloc(4, 1, false, 2, true, 5),
             plain_reloc(4, 2, false, 2, true, 0), plain_reloc(0, 2, true, 2, false, 1)}},
           {"__TEXT", "__cstring", 16, {'a', 0, 'b', 0}, S_CSTRING_LITERALS}},
          {{"_l", kLocal, 1, 8},
           {"_g", kGlobal, 1, 0, N_WEAK_DEF},
           {"_u", kUndefined, 0, 0},
           {"_c", kUndefined, 0, 8, 0x300}},
          {0, 1}};
}

TEST(MachoObject, ReadsAnOrdinaryObject) {
  auto object = x86_64(ordinary_object());
  EXPECT_EQ(object.messages(), "");
  EXPECT_EQ(object.file().atom_count, 3u);
  EXPECT_TRUE(object.atom(0).has(atom_flag::kExecutable));
  EXPECT_EQ(object.atom(1).size, 8u);
  EXPECT_TRUE(object.atom(2).has(atom_flag::kMerge | atom_flag::kStrings));
  ASSERT_EQ(object.file().commons.size(), 1u);
  EXPECT_EQ(object.file().commons[0].size, 8u);
  EXPECT_EQ(object.file().commons[0].alignment_log2, 3);
  EXPECT_EQ(object.file().occurrences[0].claim_class, ClaimClass::Coalesced);
}

// Meant for the sanitizers: whatever a file says, reading it ends and stays inside it.
template <class M>
void read_damaged_files(Cpu cpu) {
  const std::vector<uint8_t> good = ObjectBuilder<M>().build(ordinary_object());
  for (size_t length = 0; length < good.size(); length++)
    OneObject(cpu, std::vector<uint8_t>(good.begin(), good.begin() + static_cast<ptrdiff_t>(length))).decode_all();
  for (size_t i = 0; i < good.size(); i++) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::vector<uint8_t> bad = good;
      bad[i] = static_cast<uint8_t>(value);
      OneObject(cpu, std::move(bad)).decode_all();
    }
  }
}

TEST(MachoObject, SurvivesDamage) {
  read_damaged_files<Macho64>(Cpu::X86_64);
  read_damaged_files<Macho32>(Cpu::I386);
}

TEST(MachoObject, NamesWhatIsDamaged) {
  TestObject object = ordinary_object();
  object.symbols[0].section = 9;
  EXPECT_NE(x86_64(object).messages().find("symbol 0 (_l) is in section 9, which does not exist"), std::string::npos);
  object = ordinary_object();
  object.symbols[0].value = 0x100;
  EXPECT_NE(x86_64(object).messages().find("outside its section (__TEXT,__text)"), std::string::npos);
}

// Go's objects have undefined names among the local ones.
TEST(MachoObject, SymbolsMayStandInAnyOrder) {
  auto object = x86_64({{{"__TEXT",
                          "__text",
                          0,
                          words({0, 0, 0}),
                          0,
                          {plain_reloc(4, 1, true, 2, true, 2), plain_reloc(0, 0, true, 2, true, 2)}}},
                        {{"_x", kUndefined, 0, 0}, {"_l", kLocal, 1, 8}, {"_y", kUndefined, 0, 0}}});
  EXPECT_EQ(object.messages(), "");
  EXPECT_EQ(object.file().first_global, 1u);
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(relocs[0].target_kind, TargetKind::Atom);
  EXPECT_EQ(relocs[0].target, 1u);
  EXPECT_EQ(object.name_of(relocs[1]), "_x");
}

// ---- arm64

OneObject arm64(const TestObject& object) {
  return {Cpu::Arm64, ObjectBuilder<Macho64>().build(object)};
}

TEST(MachoArm64, AnAddendHasARecordOfItsOwn) {
  // adrp x0, _x@PAGE+16 ; add x0, x0, _x@PAGEOFF+16 ; bl _x
  auto object = arm64({{{"__TEXT",
                         "__text",
                         0,
                         words({0x90000000, 0x91000000, 0x94000000}),
                         0,
                         {plain_reloc(8, 0, true, 2, true, 2), plain_reloc(4, 16, false, 2, false, 10),
                          plain_reloc(4, 0, false, 2, true, 4), plain_reloc(0, 0xfffff0, false, 2, false, 10),
                          plain_reloc(0, 0, true, 2, true, 3)}}},
                       {{"_x", kUndefined, 0, 0}}});
  const auto relocs = object.decode(object.atom(0));
  ASSERT_EQ(relocs.size(), 3u) << object.messages();
  EXPECT_EQ(relocs[0].field, Field::Branch26);
  EXPECT_EQ(relocs[0].want, Want::Stub);
  EXPECT_EQ(relocs[0].addend, 0);
  EXPECT_EQ(relocs[1].field, Field::PageOffset12);
  EXPECT_EQ(relocs[1].from, From::OwnPage);
  EXPECT_EQ(relocs[1].addend, 16);
  EXPECT_EQ(relocs[2].field, Field::Page21);
  EXPECT_EQ(relocs[2].from, From::PlacePage);
  EXPECT_EQ(relocs[2].addend, -16);
}

TEST(MachoArm64, LoadsFromSlotsAreChecked) {
  auto good = arm64({{{"__TEXT", "__text", 0, words({0xf9400000}), 0, {plain_reloc(0, 0, false, 2, true, 6)}}},
                     {{"_x", kUndefined, 0, 0}}});
  const auto relocs = good.decode(good.atom(0));
  ASSERT_EQ(relocs.size(), 1u) << good.messages();
  EXPECT_EQ(relocs[0].want, Want::GotSlot);
  auto bad = arm64({{{"__TEXT", "__text", 0, words({0x91000000}), 0, {plain_reloc(0, 0, false, 2, true, 6)}}},
                    {{"_x", kUndefined, 0, 0}}});
  EXPECT_TRUE(bad.decode(bad.atom(0)).empty());
  EXPECT_NE(bad.messages().find("is not for a 64-bit load"), std::string::npos);
}

TEST(MachoArm64, AnAddendNeedsItsRecord) {
  auto object = arm64({{{"__TEXT", "__text", 0, words({0x90000000}), 0, {plain_reloc(0, 4, false, 2, false, 10)}}},
                       {{"_x", kUndefined, 0, 0}}});
  EXPECT_TRUE(object.decode(object.atom(0)).empty());
  EXPECT_NE(object.messages().find("ARM64_RELOC_ADDEND is not followed by another"), std::string::npos);
}

TEST(MachoIdentify, TellsKindsApart) {
  const auto object = ObjectBuilder<Macho32>().build(ordinary_object());
  EXPECT_EQ(identify(object).kind, FileKind::Object);
  EXPECT_EQ(identify(object).cpu, Cpu::I386);
  EXPECT_EQ(identify(std::vector<uint8_t>{0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2}).kind, FileKind::Universal);
  EXPECT_EQ(identify(std::vector<uint8_t>{0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52}).kind,
            FileKind::Unknown);  // a Java class
  EXPECT_EQ(identify(std::vector<uint8_t>{}).kind, FileKind::Unknown);
}

}  // namespace
}  // namespace xld::macho
