// Every rule of xld-verify fires: a file that is valid is changed in one field, and the rule must name it.
//
// The valid files are tests/unit/verify/fixture.s linked by GNU ld (tests/CMakeLists.txt); that no rule fires on them
// is tested as well.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/verify/elf_editor.h"
#include "verify/verify.h"

namespace xld::verify {
namespace {

std::string fixture(const std::string& name) {
  return std::string(XLD_VERIFY_FIXTURES) + "/" + name;
}

std::set<std::string> rules_broken(Bytes bytes) {
  std::set<std::string> names;
  const auto verdict = verify(bytes, {});
  if (!verdict) return {"unreadable: " + verdict.error().message};
  for (const Finding& finding : verdict->findings) names.insert(finding.rule);
  return names;
}

struct Case {
  const char* rule;
  const char* file;
  void (*damage)(ElfEditor& elf);
};

using E = ElfEditor;

const Case kCases[] = {
    {"readable", "object", [](E& e) { e.section(".symtab").sh_entsize = 23; }},
    {"header-identification", "static", [](E& e) { e.header().e_ident[EI_PAD] = 1; }},
    {"header-identification", "static", [](E& e) { e.header().e_version = 2; }},
    {"header-machine", "static", [](E& e) { e.header().e_machine = EM_AARCH64; }},
    {"header-sizes", "static", [](E& e) { e.header().e_ehsize = 60; }},
    {"header-tables", "static", [](E& e) { e.header().e_phoff = 1 << 30; }},
    {"header-tables", "static", [](E& e) { e.header().e_phoff += 1; }},
    {"section-names", "static", [](E& e) { e.header().e_shstrndx = 1; }},
    {"section-names", "static", [](E& e) { e.section(".text").sh_name = 0xffff; }},

    {"segment-range", "static", [](E& e) { e.load(PF_R | PF_X).p_offset = 1 << 30; }},
    {"segment-range", "static", [](E& e) { e.load(PF_R | PF_X).p_memsz = 1; }},
    {"segment-alignment", "static", [](E& e) { e.load(PF_R | PF_X).p_align = 0x1001; }},
    {"segment-alignment", "static", [](E& e) { e.load(PF_R | PF_X).p_offset += 8; }},
    {"load-order", "static", [](E& e) { std::swap(e.segment(PT_LOAD, 0), e.segment(PT_LOAD, 1)); }},
    {"load-order", "static", [](E& e) { e.segment(PT_LOAD, 0).p_memsz = 0x10000; }},
    {"load-file-overlap", "static", [](E& e) { e.segment(PT_LOAD, 0).p_filesz = 0x1001; }},
    {"segment-unique", "static", [](E& e) { e.segment(PT_NOTE).p_type = PT_TLS; }},
    {"segment-leading", "shared", [](E& e) { e.segment(PT_NOTE).p_type = PT_PHDR; }},
    {"segment-inside-load", "static", [](E& e) { e.segment(PT_TLS).p_vaddr = 0x10; }},
    {"segment-inside-load", "static", [](E& e) { e.segment(PT_TLS).p_offset += 16; }},
    {"write-or-execute", "static", [](E& e) { e.load(PF_R | PF_X).p_flags |= PF_W; }},
    {"write-or-execute", "static", [](E& e) { e.segment(PT_GNU_STACK).p_flags |= PF_X; }},
    {"entry", "static", [](E& e) { e.header().e_entry = e.section(".data").sh_addr; }},
    {"entry", "static", [](E& e) { e.header().e_entry = 0; }},
    {"phdr-segment", "dynamic", [](E& e) { e.segment(PT_PHDR).p_filesz -= 56; }},
    {"interpreter", "dynamic", [](E& e) { e.data()[e.section(".interp").sh_offset + 2] = 0; }},
    {"relro", "static-pie", [](E& e) { e.segment(PT_GNU_RELRO).p_vaddr += 8, e.segment(PT_GNU_RELRO).p_memsz -= 8; }},
    {"tls-segment", "static", [](E& e) { e.segment(PT_TLS).p_align = 1; }},
    {"tls-segment", "static", [](E& e) { e.segment(PT_TLS).p_memsz -= 8; }},
    {"tls-segment", "static", [](E& e) { e.segment(PT_TLS).p_type = PT_NULL; }},

    {"section-null", "static", [](E& e) { e.section(size_t{0}).sh_type = SHT_PROGBITS; }},
    {"section-range", "static", [](E& e) { e.section(".text").sh_size = 1 << 30; }},
    {"section-file-overlap", "static", [](E& e) { e.section(".data").sh_offset = e.section(".text").sh_offset; }},
    {"section-file-overlap", "static", [](E& e) { e.section(".text").sh_offset = 8; }},
    {"section-memory-overlap", "static", [](E& e) { e.section(".data").sh_addr = e.section(".text").sh_addr; }},
    {"section-alignment", "static", [](E& e) { e.section(".data").sh_addralign = 3; }},
    {"section-alignment", "static", [](E& e) { e.section(".data").sh_addralign = 1 << 20; }},
    {"section-in-load", "static", [](E& e) { e.section(".text").sh_addr = 0x10; }},
    {"section-in-load", "static", [](E& e) { e.section(".text").sh_offset += 8; }},
    {"section-permissions", "static", [](E& e) { e.section(".text").sh_flags |= SHF_WRITE; }},
    {"section-permissions", "static", [](E& e) { e.section(".data").sh_flags |= SHF_EXECINSTR; }},
    {"section-links", "shared", [](E& e) { e.section(".dynamic").sh_link = 1; }},
    {"section-links", "object", [](E& e) { e.section(".rela.text").sh_info = 0; }},
    {"section-entry-size", "shared", [](E& e) { e.section(".rela.dyn").sh_entsize = 16; }},
    {"section-entry-size", "static", [](E& e) { e.section(".init_array").sh_size = 7; }},
    {"string-table", "static", [](E& e) { e.data()[e.section(".strtab").sh_offset] = 'x'; }},
    {"string-table", "static",
     [](E& e) { e.data()[e.section(".strtab").sh_offset + e.section(".strtab").sh_size - 1] = 'x'; }},
    {"mergeable-strings", "static",
     [](E& e) { e.data()[e.section(".rodata").sh_offset + e.section(".rodata").sh_size - 1] = 'x'; }},
    {"function-array", "static", [](E& e) { e.entry<uint64_t>(".init_array") = 0x10; }},
    {"section-group", "object", [](E& e) { e.entry<uint32_t>(".group", 1) = 0x7777; }},
    {"section-group", "object", [](E& e) { e.section(".text.grouped").sh_flags &= ~uint64_t{SHF_GROUP}; }},

    {"symbol-null", "static", [](E& e) { e.entry<Elf64_Sym>(".symtab").st_value = 1; }},
    {"symbol-name", "static", [](E& e) { e.symbol(".symtab", "helper").st_name = 0xffffff; }},
    {"symbol-section", "static", [](E& e) { e.symbol(".symtab", "helper").st_shndx = 0x1000; }},
    {"symbol-section", "static", [](E& e) { e.symbol(".symtab", "helper").st_shndx = SHN_COMMON; }},
    {"symbol-value", "static", [](E& e) { e.symbol(".symtab", "helper").st_value = e.section(".data").sh_addr; }},
    {"symbol-value", "static", [](E& e) { e.symbol(".symtab", "zeroes").st_size = 0x1000; }},
    {"symbol-value", "object", [](E& e) { e.symbol(".symtab", "helper").st_value = 0x1000; }},
    {"symbol-order", "static", [](E& e) { e.section(".symtab").sh_info -= 1; }},
    {"symbol-order", "static", [](E& e) { e.symbol(".symtab", "helper").st_info = STT_FUNC; }},
    {"symbol-undefined", "static", [](E& e) { e.symbol(".symtab", "helper").st_shndx = SHN_UNDEF; }},
    {"symbol-tls", "static", [](E& e) { e.symbol(".symtab", "thread_word").st_value = 0x1000; }},
    {"symbol-tls", "static", [](E& e) { e.symbol(".symtab", "helper").st_info = STB_GLOBAL << 4 | STT_TLS; }},
    {"symbol-file", "static", [](E& e) { e.symbol(".symtab", "pointers").st_info = STT_FILE; }},
    {"symbol-visibility", "shared", [](E& e) { e.symbol(".dynsym", "helper").st_other = STV_HIDDEN; }},
    {"symbol-extended-index", "object",
     [](E& e) {
       e.symbol(".symtab", "helper").st_shndx = SHN_XINDEX, e.section(".data").sh_type = SHT_SYMTAB_SHNDX,
                           e.section(".data").sh_link = e.header().e_shstrndx - 2;
     }},

    {"reloc-type", "shared", [](E& e) { e.entry<Elf64_Rela>(".rela.dyn").r_info = R_X86_64_GOTPCREL; }},
    {"reloc-type", "object", [](E& e) { e.entry<Elf64_Rela>(".rela.text").r_info = 250; }},
    {"reloc-symbol", "shared", [](E& e) { e.entry<Elf64_Rela>(".rela.dyn").r_info |= 0xffffULL << 32; }},
    {"reloc-object-offset", "object", [](E& e) { e.entry<Elf64_Rela>(".rela.text").r_offset = 0x1000; }},
    {"reloc-offset", "shared", [](E& e) { e.entry<Elf64_Rela>(".rela.dyn").r_offset = e.section(".text").sh_addr; }},
    {"reloc-offset", "shared", [](E& e) { e.entry<Elf64_Rela>(".rela.dyn").r_offset = 1 << 30; }},
    {"reloc-relative-order", "shared", [](E& e) { e.dynamic(DT_RELACOUNT).d_un.d_val -= 1; }},
    {"reloc-relative-addend", "shared", [](E& e) { e.entry<Elf64_Rela>(".rela.dyn").r_addend = 1 << 30; }},
    {"reloc-irelative", "static", [](E& e) { e.entry<Elf64_Rela>(".rela.plt").r_addend = 0x10; }},
    {"reloc-relr", "relr", [](E& e) { e.entry<uint64_t>(".relr.dyn") = e.section(".text").sh_addr; }},
    {"reloc-relr", "relr", [](E& e) { e.entry<uint64_t>(".relr.dyn") = 3; }},

    {"dynamic-terminator", "shared",
     [](E& e) {
       for (size_t i = 0; i < e.section(".dynamic").sh_size / 16; i++)
         e.entry<Elf64_Dyn>(".dynamic", i).d_tag |= 1 << 30;
     }},
    {"dynamic-section", "shared", [](E& e) { e.section(".dynamic").sh_size -= 16; }},
    {"dynamic-unique", "shared", [](E& e) { e.dynamic(DT_GNU_HASH).d_tag = DT_HASH; }},
    {"dynamic-address", "shared", [](E& e) { e.dynamic(DT_SYMTAB).d_un.d_ptr = 1 << 30; }},
    {"dynamic-address", "shared", [](E& e) { e.dynamic(DT_RELASZ).d_tag = DT_DEBUG; }},
    {"dynamic-size", "shared", [](E& e) { e.dynamic(DT_RELASZ).d_un.d_val -= 24; }},
    {"dynamic-size", "shared", [](E& e) { e.dynamic(DT_HASH).d_un.d_ptr += 8; }},
    {"dynamic-entry-size", "shared", [](E& e) { e.dynamic(DT_RELAENT).d_un.d_val = 12; }},
    {"dynamic-code", "shared", [](E& e) { e.dynamic(DT_INIT).d_un.d_ptr = e.section(".data").sh_addr; }},
    {"dynamic-string", "shared", [](E& e) { e.dynamic(DT_SONAME).d_un.d_val = 0xffff; }},

    {"dynamic-hash", "shared", [](E& e) { e.entry<uint32_t>(".hash", 0) = 1 << 30; }},
    {"dynamic-hash", "shared", [](E& e) { std::swap(e.entry<uint32_t>(".hash", 2), e.entry<uint32_t>(".hash", 3)); }},
    {"dynamic-gnu-hash", "shared", [](E& e) { e.entry<uint32_t>(".gnu.hash", 2) = 3; }},
    {"dynamic-gnu-hash", "shared", [](E& e) { e.entry<uint64_t>(".gnu.hash", 2) = 0; }},
    {"dynamic-gnu-hash", "shared",
     [](E& e) { e.at<uint32_t>(e.section(".gnu.hash").sh_offset + e.section(".gnu.hash").sh_size - 4) ^= 0x100; }},

    {"eh-frame", "static", [](E& e) { e.entry<uint32_t>(".eh_frame") = 0xffff; }},
    {"eh-frame", "static", [](E& e) { e.entry<uint32_t>(".eh_frame", 1) = 99; }},
    {"eh-frame", "object", [](E& e) { e.entry<uint32_t>(".eh_frame") = 0xffff; }},
    {"eh-frame-range", "static", [](E& e) { e.entry<uint32_t>(".eh_frame", 8) += 0x100000; }},
    {"eh-frame-hdr", "static", [](E& e) { e.entry<uint32_t>(".eh_frame_hdr", 1) += 8; }},
    {"eh-frame-hdr-table", "static", [](E& e) { e.entry<uint32_t>(".eh_frame_hdr", 2) = 1; }},
    {"eh-frame-hdr-table", "static",
     [](E& e) {
       std::swap(e.entry<uint32_t>(".eh_frame_hdr", 3), e.entry<uint32_t>(".eh_frame_hdr", 5));
       std::swap(e.entry<uint32_t>(".eh_frame_hdr", 4), e.entry<uint32_t>(".eh_frame_hdr", 6));
     }},
    {"eh-frame-hdr-table", "static", [](E& e) { e.entry<uint32_t>(".eh_frame_hdr", 4) += 4; }},

    {"note-format", "static", [](E& e) { e.entry<uint32_t>(".note.gnu.build-id", 1) = 0xffff; }},
    {"note-format", "static", [](E& e) { e.entry<uint32_t>(".note.gnu.build-id", 3) = 0x41414141; }},
    {"note-alignment", "static", [](E& e) { e.segment(PT_NOTE, 0).p_align ^= 12; }},
    {"gnu-property", "static", [](E& e) { e.section(".note.gnu.property").sh_addralign = 4; }},
    {"gnu-property", "static", [](E& e) { e.entry<uint32_t>(".note.gnu.property", 5) = 0xffff; }},
    {"gnu-property", "static", [](E& e) { e.entry<uint32_t>(".note.gnu.property", 8) = 0; }},
    {"gnu-property-segment", "static", [](E& e) { e.segment(PT_GNU_PROPERTY).p_vaddr += 8; }},
    {"build-id", "static", [](E& e) { e.entry<uint32_t>(".note.gnu.build-id", 1) = 1; }},
};

class DamagedFile : public testing::TestWithParam<size_t> {};

TEST_P(DamagedFile, BreaksTheRule) {
  const Case& damaged = kCases[GetParam()];
  ElfEditor elf(fixture(damaged.file));
  damaged.damage(elf);
  const std::set<std::string> broken = rules_broken(elf.bytes());
  EXPECT_TRUE(broken.contains(damaged.rule))
      << damaged.file << ": " << damaged.rule << " should fire; did: " << testing::PrintToString(broken);
}

std::string name_case(const testing::TestParamInfo<size_t>& parameter) {
  std::string name = std::string(kCases[parameter.param].rule) + "_" + std::to_string(parameter.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, DamagedFile, testing::Range(size_t{0}, std::size(kCases)), name_case);

constexpr const char* kFixtures[] = {"object",  "static", "static-pie",  "shared",
                                     "dynamic", "relr",   "i386-static", "i386-pie"};

TEST(ValidFile, BreaksNoRule) {
  for (const char* name : kFixtures) {
    const ElfEditor elf(fixture(name));
    EXPECT_EQ(rules_broken(elf.bytes()), std::set<std::string>{}) << name;
  }
}

// Those of Mach-O have a test of their own.
TEST(RuleTable, EveryRuleHasADamagedFile) {
  std::set<std::string> tried;
  for (const Case& damaged : kCases) tried.insert(damaged.rule);
  for (const RuleName& rule : list_rules()) {
    EXPECT_TRUE(tried.contains(std::string(rule.name)) || rule.name.starts_with("macho-")) << rule.name;
  }
}

TEST(RuleTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const RuleName& rule : list_rules()) EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
}

TEST(Settings, AllowRwxAcceptsWritableCode) {
  ElfEditor elf(fixture("static"));
  elf.load(PF_R | PF_X).p_flags |= PF_W;
  const auto verdict = verify(elf.bytes(), {.allow_rwx = true});
  ASSERT_TRUE(verdict.ok());
  EXPECT_TRUE(verdict->findings.empty());
}

// No crash and no endless loop, whatever the bytes: every header field and every short prefix, with hostile values.
TEST(Garbage, TruncatedFilesEnd) {
  for (const char* name : kFixtures) {
    const ElfEditor elf(fixture(name));
    for (size_t size = 0; size < elf.bytes().size(); size += 1 + size / 16) rules_broken(elf.bytes().first(size));
  }
}

TEST(Garbage, OverwrittenWordsEnd) {
  for (const char* name : kFixtures) {
    const ElfEditor original(fixture(name));
    const size_t size = original.bytes().size();
    for (size_t at = 0; at + 4 <= size; at += at < 0x400 || at + 0x1000 > size ? 4 : 124) {
      for (const uint32_t value : {0u, 0x7fffffffu, 0xffffffffu, 0xfffffff0u}) {
        ElfEditor elf = original;
        elf.at<uint32_t>(at) = value;
        rules_broken(elf.bytes());
      }
    }
  }
}

TEST(Garbage, OtherFilesAreRefused) {
  EXPECT_FALSE(verify(as_bytes("#!/bin/sh\necho no ELF\n"), {}).ok());
  const std::string big_endian = std::string("\x7f") + "ELF\x02\x02\x01" + std::string(64, 0);
  EXPECT_FALSE(verify(as_bytes(big_endian), {}).ok());
  EXPECT_FALSE(verify({}, {}).ok());
}

}  // namespace
}  // namespace xld::verify
