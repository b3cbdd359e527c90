// ELF objects become Mach-O objects: what the records of the one are in the other, seen with the linker's own reader.
#include "formats/elf_to_macho/translate.h"

#include <gtest/gtest.h>

#include "formats/elf_to_macho/relocs.h"
#include "formats/elf_to_macho/sections.h"
#include "tests/unit/formats/elf_to_macho/elf_builder.h"
#include "tests/unit/formats/macho/object_builder.h"

namespace xld::elf_to_macho {
namespace {

constexpr uint64_t kCode = elf::SHF_ALLOC | elf::SHF_EXECINSTR, kData = elf::SHF_ALLOC | elf::SHF_WRITE;

Translation translated(Cpu cpu, const std::vector<uint8_t>& object, bool adds_underscores = true) {
  return translate(object, {cpu, adds_underscores});
}

macho::OneObject read_back(Cpu cpu, const Translation& translation) {
  return {cpu, {translation.object.begin(), translation.object.end()}};
}

// The atom of a global name.
const Atom& atom_of(macho::OneObject& object, std::string_view name) {
  return object.link().atom(object.link().symbols.atom(object.link().symbols.find(name)));
}

std::vector<uint8_t> code_of(const Atom& atom) {
  return {atom.data, atom.data + atom.size};
}

TEST(ElfToMacho, AddendsOfX86CountFromTheFieldsEnd) {
  // lea x+8(%rip), %rax; call f
  const auto elf = ElfBuilder::build({{".text",
                                       {0x48, 0x8d, 5, 0, 0, 0, 0, 0xe8, 0, 0, 0, 0},
                                       kCode,
                                       elf::SHT_PROGBITS,
                                       {{3, 2, 2, 4}, {8, 4, 3, -4}}}},
                                     {{"f", 1}, {"x", 0}, {"g", 0}});
  const Translation translation = translated(Cpu::X86_64, elf);
  ASSERT_TRUE(translation.problems.empty()) << translation.problems[0];
  auto object = read_back(Cpu::X86_64, translation);
  const auto relocs = object.decode(atom_of(object, "_f"));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(object.name_of(relocs[0]), "_x");
  EXPECT_EQ(relocs[0].want, Want::Address);
  EXPECT_EQ(relocs[0].addend, 4);
  EXPECT_EQ(object.name_of(relocs[1]), "_g");
  EXPECT_EQ(relocs[1].want, Want::Stub);
  EXPECT_EQ(relocs[1].addend, -4);
}

TEST(ElfToMacho, SlotLoadsMayBecomeAddressesOnlyIfTheyAreLoads) {
  const std::vector<uint8_t> code = {0x48, 0x8b, 5, 0, 0, 0, 0, 0xff, 0x15, 0, 0, 0, 0};
  const auto elf = ElfBuilder::build({{".text", code, kCode, elf::SHT_PROGBITS, {{3, 42, 2, -4}, {9, 41, 2, -4}}}},
                                     {{"f", 1}, {"x", 0}});
  auto object = read_back(Cpu::X86_64, translated(Cpu::X86_64, elf));
  const auto relocs = object.decode(atom_of(object, "_f"));
  ASSERT_EQ(relocs.size(), 2u) << object.messages();
  EXPECT_EQ(relocs[0].want, Want::GotSlot);
  EXPECT_TRUE(relocs[0].hints & hint::kMayShortenGot);
  EXPECT_EQ(relocs[1].want, Want::GotSlot);
  EXPECT_FALSE(relocs[1].hints & hint::kMayShortenGot);
}

TEST(ElfToMacho, GeneralDynamicAccessCallsTheDescriptor) {
  const std::vector<uint8_t> code = {0x66, 0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0x66, 0x66, 0x48, 0xe8, 0, 0, 0, 0};
  const auto elf = ElfBuilder::build({{".text", code, kCode, elf::SHT_PROGBITS, {{4, 19, 2, -4}, {12, 4, 3, -4}}},
                                      {".tdata", {1, 0, 0, 0}, kData | elf::SHF_TLS}},
                                     {{"f", 1}, {"x", 2, 0, elf::STB_GLOBAL, elf::STT_TLS}, {"__tls_get_addr", 0}});
  const Translation translation = translated(Cpu::X86_64, elf);
  ASSERT_TRUE(translation.problems.empty()) << translation.problems[0];
  auto object = read_back(Cpu::X86_64, translation);
  const std::vector<uint8_t> expected = {0x48, 0x8b, 0x3d, 0, 0, 0, 0, 0xff, 0x17, 0x0f, 0x1f, 0x80, 0, 0, 0, 0};
  EXPECT_EQ(code_of(atom_of(object, "_f")), expected);
  const auto relocs = object.decode(atom_of(object, "_f"));
  ASSERT_EQ(relocs.size(), 1u) << object.messages();
  EXPECT_EQ(relocs[0].offset, 3u);
  EXPECT_EQ(relocs[0].want, Want::GotSlot);
  EXPECT_EQ(object.name_of(relocs[0]), "_x");
  const auto descriptor = object.decode(atom_of(object, "_x"));
  ASSERT_EQ(descriptor.size(), 2u);
  EXPECT_EQ(object.name_of(descriptor[0]), "__tlv_bootstrap");
  EXPECT_EQ(descriptor[1].want, Want::TlsBlockOffset);
  EXPECT_EQ(descriptor[1].offset, 16u);
}

TEST(ElfToMacho, ArmDescriptorsAreCalledThroughAHelper) {
  // adrp x0; ldr x1, [x0]; add x0, x0; blr x1; mrs x8, tpidr_el0
  std::vector<uint8_t> code(20);
  const uint32_t instructions[] = {0x90000000, 0xf9400001, 0x91000000, 0xd63f0020, 0xd53bd048};
  std::memcpy(code.data(), instructions, code.size());
  const auto elf = ElfBuilder::build(
      {{".text", code, kCode, elf::SHT_PROGBITS, {{0, 562, 3, 0}, {4, 563, 3, 0}, {8, 564, 3, 0}, {12, 569, 3, 0}}, 4}},
      {{"$x", 1, 0, elf::STB_LOCAL}, {"f", 1}, {"x", 0, 0, elf::STB_GLOBAL, elf::STT_TLS}});
  const Translation translation = translated(Cpu::Arm64, elf);
  ASSERT_TRUE(translation.problems.empty()) << translation.problems[0];
  auto object = read_back(Cpu::Arm64, translation);
  const Atom& atom = atom_of(object, "_f");
  EXPECT_EQ(load<uint32_t>(atom.data + 4), 0xf9400000u);   // ldr x0, [x0]
  EXPECT_EQ(load<uint32_t>(atom.data + 8), 0xd503201fu);   // nop
  EXPECT_EQ(load<uint32_t>(atom.data + 12), 0x94000000u);  // bl
  EXPECT_EQ(load<uint32_t>(atom.data + 16), 0xaa1f03e8u);  // mov x8, xzr
  const auto relocs = object.decode(atom);
  ASSERT_EQ(relocs.size(), 3u) << object.messages();
  EXPECT_EQ(object.name_of(relocs[0]), "_x");
  EXPECT_EQ(object.name_of(relocs[2]), "___xld_thread_local");
}

TEST(ElfToMacho, AGroupsMemberGivesWayAndAWeakFunctionAmongOthersDoesNot) {
  const auto elf = ElfBuilder::build({{".text", {0x90, 0xc3}, kCode},
                                      {".text.inline", {0xc3}, kCode},
                                      {".group", {1, 0, 0, 0, 2, 0, 0, 0}, 0, elf::SHT_GROUP}},
                                     {{"weak", 1, 0, elf::STB_WEAK}, {"strong", 1, 1}, {"grouped", 2}});
  auto object = read_back(Cpu::X86_64, translated(Cpu::X86_64, elf));
  const auto weak_of = [&](std::string_view name) {
    return object.link().symbols.has(object.link().symbols.find(name), symbol_flag::kWeak);
  };
  EXPECT_TRUE(weak_of("_weak"));
  EXPECT_TRUE(weak_of("_grouped"));
  EXPECT_FALSE(weak_of("_strong"));
  EXPECT_EQ(&atom_of(object, "_weak"), &atom_of(object, "_strong"));  // an ELF section is one piece
  EXPECT_NE(&atom_of(object, "_grouped"), &atom_of(object, "_strong"));
}

TEST(ElfToMacho, ReferencesToStringsByOffsetMeanTheStringThere) {
  const std::vector<uint8_t> strings = {'a', 0, 'b', 0};
  const auto elf = ElfBuilder::build(
      {{".text", {0x48, 0x8d, 5, 0, 0, 0, 0}, kCode, elf::SHT_PROGBITS, {{3, 2, 2, 2 - 4}}},
       {".rodata.str1.1", strings, elf::SHF_ALLOC | elf::SHF_MERGE | elf::SHF_STRINGS, elf::SHT_PROGBITS, {}, 1, 1}},
      {{"f", 1}, {"", 2, 0, elf::STB_LOCAL, elf::STT_SECTION}});
  auto object = read_back(Cpu::X86_64, translated(Cpu::X86_64, elf));
  const auto relocs = object.decode(atom_of(object, "_f"));
  ASSERT_EQ(relocs.size(), 1u) << object.messages();
  EXPECT_EQ(relocs[0].value, 2);
  EXPECT_EQ(relocs[0].addend, -4);
  EXPECT_TRUE(object.link().atom(relocs[0].atom()).has(atom_flag::kMerge));
}

TEST(ElfToMacho, NamesGetUnderscoresUnlessTheyHaveThem) {
  const auto elf = ElfBuilder::build({{".text", {0xc3}, kCode}}, {{"f", 1}});
  EXPECT_NE(translated(Cpu::X86_64, elf).object.find("_f"), std::string::npos);
  EXPECT_EQ(translated(Cpu::X86_64, elf, false).object.find("_f"), std::string::npos);
  EXPECT_EQ(edge_symbol_name("__start_rows"), "section$start$__DATA$rows");
  EXPECT_EQ(edge_symbol_name("__stop_rows"), "section$end$__DATA$rows");
  EXPECT_EQ(edge_symbol_name("__start_"), "");
  // Of long names, those that begin alike stay apart.
  EXPECT_NE(edge_symbol_name("__start_a_long_name_of_rows"), edge_symbol_name("__start_a_long_name_of_columns"));
}

TEST(ElfToMacho, ProblemsNameSectionOffsetAndWhatHelps) {
  const auto elf = ElfBuilder::build({{".text", {0xb8, 0, 0, 0, 0}, kCode, elf::SHT_PROGBITS, {{1, 10, 2, 0}}}},
                                     {{"f", 1}, {"x", 0}});
  const Translation translation = translated(Cpu::X86_64, elf);
  ASSERT_EQ(translation.problems.size(), 1u);
  EXPECT_NE(translation.problems[0].find("section .text: offset 0x1: R_X86_64_32 against x:"), std::string::npos);
  EXPECT_NE(translation.problems[0].find("-fPIC"), std::string::npos);
}

TEST(ElfToMacho, EveryRefusalSaysWhatHelps) {
  for (const Cpu cpu : {Cpu::X86_64, Cpu::I386, Cpu::Arm64})
    for (const RelocRow& row : reloc_rows(cpu)) EXPECT_EQ(row.form == Form::Refused, row.advice != nullptr) << row.name;
}

TEST(ElfToMacho, AProgramMayNameItsOwnDataLikeZeroFill) {
  const std::vector<uint8_t> word(8);
  const auto elf = ElfBuilder::build(
      {{".bss", word, kData, elf::SHT_NOBITS}, {"__bss", word, kData, elf::SHT_PROGBITS, {{0, 1, 1, 0}}}}, {{"x", 1}});
  const Translation translation = translated(Cpu::X86_64, elf);
  EXPECT_TRUE(translation.problems.empty());
  EXPECT_FALSE(translation.object.empty());
}

TEST(ElfToMacho, MalformedObjectsAreProblemsAndNoObjects) {
  const auto elf = ElfBuilder::build({{".text", {0xc3}, kCode, elf::SHT_PROGBITS, {{0, 2, 1, 0}}}}, {{"f", 1}});
  for (size_t size = 0; size < elf.size(); size++) {
    const Translation translation = translated(Cpu::X86_64, {elf.begin(), elf.begin() + static_cast<ptrdiff_t>(size)});
    EXPECT_TRUE(translation.object.empty()) << size;
    EXPECT_FALSE(translation.problems.empty()) << size;
  }
  // Relocations without a table of symbols: its header comes behind that of the only section.
  std::vector<uint8_t> bare = elf;
  const auto headers = load<elf::Elf64::Header>(bare.data()).shoff;
  store<uint32_t>(bare.data() + headers + 2 * sizeof(elf::Elf64::SectionHeader) + 4, elf::SHT_NOTE);
  EXPECT_TRUE(translated(Cpu::X86_64, bare).object.empty());
  // A field that is not inside its section.
  EXPECT_EQ(translated(Cpu::X86_64, elf).problems.size(), 1u);
}

}  // namespace
}  // namespace xld::elf_to_macho
