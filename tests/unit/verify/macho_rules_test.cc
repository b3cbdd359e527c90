// Every Mach-O rule of xld-verify fires: a file that is valid is changed in one field, and the rule must name it.
//
// The valid files are programs of tests/macho_run linked by ld64.lld (tests/CMakeLists.txt): with opcodes (`opcodes`),
// chained fixups (`chained`), a signature (`arm64`), a dylib (`dylib`), and an object. That no rule fires on them is
// tested as well.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/verify/macho_editor.h"
#include "verify/verify.h"

namespace xld::verify {
namespace {

namespace MachO = llvm::MachO;

std::string fixture(const std::string& name) {
  return std::string(XLD_VERIFY_FIXTURES) + "/macho-" + name;
}

std::set<std::string> rules_broken(Bytes bytes) {
  std::set<std::string> names;
  const auto verdict = verify(bytes, {});
  if (!verdict) return {"unreadable: " + verdict.error().message};
  for (const Finding& finding : verdict->findings) names.insert(finding.rule);
  return names;
}

using E = MachoEditor;

struct Case {
  const char* rule;
  const char* file;
  void (*damage)(E& macho);
};

using Data = MachO::linkedit_data_command;

const Case kCases[] = {
    {"macho-readable", "opcodes", [](E& e) { e.header().ncmds += 1; }},
    {"macho-readable", "opcodes", [](E& e) { e.symtab().stroff = 1 << 30; }},
    {"macho-llvm", "opcodes", [](E& e) { e.symtab().cmdsize = 16; }},
    {"macho-header", "opcodes", [](E& e) { e.header().cputype = 12; }},
    {"macho-header", "opcodes", [](E& e) { e.header().reserved = 1; }},
    {"macho-subtype", "opcodes", [](E& e) { e.header().cpusubtype ^= 1; }},
    {"macho-subtype", "arm64", [](E& e) { e.header().cpusubtype = 7; }},
    {"macho-flags", "opcodes", [](E& e) { e.header().flags |= 0x40000000; }},
    {"macho-flags", "opcodes", [](E& e) { e.header().flags &= ~uint32_t{MachO::MH_DYLDLINK}; }},
    {"macho-commands", "opcodes",
     [](E& e) { e.command<Data>(MachO::LC_DATA_IN_CODE).cmd = MachO::LC_FUNCTION_STARTS; }},
    {"macho-commands", "opcodes", [](E& e) { e.command<Data>(MachO::LC_DATA_IN_CODE).cmd = 0x80000077; }},
    {"macho-command-lists", "opcodes", [](E& e) { e.segment("__TEXT").nsects -= 1; }},
    {"macho-entry", "opcodes", [](E& e) { e.command<MachO::entry_point_command>(MachO::LC_MAIN).entryoff = 1 << 30; }},
    {"macho-entry", "opcodes", [](E& e) { e.command<MachO::load_command>(MachO::LC_LOAD_DYLINKER).cmd = 0x27; }},
    {"macho-entry", "opcodes", [](E& e) { e.command<MachO::load_command>(MachO::LC_MAIN).cmd = 0x77; }},
    {"macho-entry", "opcodes", [](E& e) { e.command<MachO::entry_point_command>(MachO::LC_MAIN).stacksize = 100; }},
    {"macho-identity", "opcodes", [](E& e) { e.command<MachO::dylib_command>(MachO::LC_LOAD_DYLIB).dylib.name += 1; }},
    {"macho-identity", "dylib", [](E& e) { e.header().filetype = MachO::MH_BUNDLE; }},
    {"macho-libraries", "opcodes", [](E& e) { e.data()[e.place(MachO::LC_LOAD_DYLIB) + 24] = 0; }},
    {"macho-uuid", "dylib", [](E& e) { e.command<MachO::load_command>(MachO::LC_UUID).cmd = 0x77; }},
    {"macho-uuid", "opcodes", [](E& e) { std::fill_n(&e.at<char>(e.place(MachO::LC_UUID) + 8), 16, '\0'); }},
    {"macho-pie", "arm64", [](E& e) { e.header().flags &= ~uint32_t{MachO::MH_PIE}; }},
    {"macho-minimum-os", "opcodes",
     [](E& e) { e.command<MachO::build_version_command>(MachO::LC_BUILD_VERSION).minos = 0x000a0700; }},
    {"macho-platform", "arm64", [](E& e) { e.command<MachO::load_command>(MachO::LC_BUILD_VERSION).cmd = 0x77; }},
    {"macho-platform", "opcodes",
     [](E& e) { e.command<MachO::build_version_command>(MachO::LC_BUILD_VERSION).platform = 77; }},
    {"macho-one-encoding", "opcodes",
     [](E& e) { e.dysymtab().nlocrel = 1, e.dysymtab().locreloff = e.symtab().symoff; }},

    {"macho-segment-range", "opcodes", [](E& e) { e.segment("__DATA").vmaddr += 8; }},
    {"macho-segment-range", "opcodes", [](E& e) { e.segment("__DATA").vmsize = 8; }},
    {"macho-segment-overlap", "opcodes", [](E& e) { e.segment("__DATA").vmaddr = e.segment("__TEXT").vmaddr; }},
    {"macho-segment-overlap", "opcodes", [](E& e) { std::copy_n("__TEXT", 7, e.segment("__DATA").segname); }},
    {"macho-segment-order", "opcodes",
     [](E& e) { std::swap(e.segment("__DATA").vmaddr, e.segment("__DATA_CONST").vmaddr); }},
    {"macho-header-segment", "opcodes", [](E& e) { e.segment("__TEXT").initprot = 1; }},
    {"macho-header-segment", "opcodes", [](E& e) { e.section("__TEXT", "__text").offset = 64; }},
    {"macho-page-zero", "arm64", [](E& e) { e.segment("__PAGEZERO").vmsize = 0x4000; }},
    {"macho-page-zero", "opcodes", [](E& e) { e.segment("__PAGEZERO").initprot = 1; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__DATA").initprot = 7; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__LINKEDIT").initprot = 3; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__DATA").flags |= MachO::SG_READ_ONLY; }},
    {"macho-sections", "opcodes", [](E& e) { e.section("__DATA", "__data").addr += 1 << 20; }},
    {"macho-sections", "opcodes", [](E& e) { e.section("__DATA", "__data").offset += 8; }},
    {"macho-sections", "opcodes", [](E& e) { e.section("__DATA", "__data").align = 12; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__DATA").initprot = 2; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__DATA").maxprot |= 0x40; }},
    {"macho-protection", "opcodes", [](E& e) { e.segment("__DATA").flags = 0x40; }},
    {"macho-section-types", "opcodes", [](E& e) { e.section("__TEXT", "__cstring").flags = MachO::S_4BYTE_LITERALS; }},
    {"macho-section-types", "opcodes", [](E& e) { e.section("__TEXT", "__text").flags = 0; }},
    {"macho-section-types", "opcodes", [](E& e) { e.section("__DATA", "__data").flags |= 0x77; }},
    {"macho-section-types", "opcodes", [](E& e) { e.section("__DATA", "__data").reserved1 = 1; }},
    {"macho-section-types", "opcodes", [](E& e) { e.section("__DATA", "__data").reserved2 = 1; }},
    {"macho-section-overlap", "opcodes",
     [](E& e) { e.section("__TEXT", "__cstring").addr = e.section("__TEXT", "__text").addr; }},
    {"macho-thread-local", "opcodes", [](E& e) { e.header().flags &= ~uint32_t{MachO::MH_HAS_TLV_DESCRIPTORS}; }},
    {"macho-thread-local", "opcodes", [](E& e) { e.in<uint64_t>("__DATA", "__thread_vars", 16) = 4096; }},
    {"macho-thread-local", "opcodes", [](E& e) { e.in<uint64_t>("__DATA", "__thread_vars", 8) = 1; }},
    {"macho-linkedit-segment", "opcodes", [](E& e) { e.data().append(16, '\0'); }},
    {"macho-linkedit-segment", "opcodes", [](E& e) { e.segment("__LINKEDIT").vmaddr = 0x50000; }},

    {"macho-linkedit-parts", "opcodes", [](E& e) { e.symtab().strsize += 64; }},
    {"macho-linkedit-parts", "opcodes", [](E& e) { std::swap(e.dyld_info().rebase_off, e.dyld_info().bind_off); }},
    {"macho-linkedit-parts", "opcodes", [](E& e) { e.symtab().symoff += 4; }},
    {"macho-symbol-groups", "opcodes", [](E& e) { e.dysymtab().iextdefsym += 1; }},
    {"macho-symbol-groups", "opcodes", [](E& e) { e.symbol("_main").n_type &= ~MachO::N_EXT; }},
    {"macho-symbols", "opcodes", [](E& e) { e.symbol("_main").n_value += 1 << 20; }},
    {"macho-symbols", "opcodes", [](E& e) { e.symbol("_main").n_strx = 1 << 20; }},
    {"macho-symbols", "opcodes", [](E& e) { e.symbol("_main").n_sect = 99; }},
    {"macho-ordinals", "opcodes", [](E& e) { e.symbol("_printf").n_desc = 9 << 8; }},
    {"macho-indirect", "opcodes", [](E& e) { e.section("__TEXT", "__stubs").reserved1 = 1000; }},
    {"macho-indirect", "opcodes", [](E& e) { e.at<uint32_t>(e.dysymtab().indirectsymoff) = 0xffff; }},
    {"macho-function-starts", "opcodes", [](E& e) { e.table<uint8_t>(MachO::LC_FUNCTION_STARTS) = 1; }},
    {"macho-data-in-code", "opcodes",
     [](E& e) {
       e.command<Data>(MachO::LC_DATA_IN_CODE).datasize = 4,
       e.command<Data>(MachO::LC_DATA_IN_CODE).dataoff = e.symtab().symoff;
     }},
    {"macho-relocations", "object", [](E& e) { e.at<uint32_t>(e.section("", "__text").reloff) = 1 << 24; }},
    {"macho-relocations", "object", [](E& e) { e.at<uint32_t>(e.section("", "__text").reloff + 4) |= 0xffffff; }},

    {"macho-fixups", "opcodes",
     [](E& e) { e.at<uint8_t>(e.dyld_info().rebase_off + 1) = MachO::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | 1; }},
    {"macho-fixups", "opcodes",
     [](E& e) { e.at<uint8_t>(e.dyld_info().bind_off) = MachO::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM | 9; }},
    {"macho-fixups", "opcodes", [](E& e) { e.at<uint8_t>(e.dyld_info().lazy_bind_off) = 0xf0; }},
    {"macho-fixups", "chained", [](E& e) { e.table<uint32_t>(MachO::LC_DYLD_CHAINED_FIXUPS) = 7; }},
    {"macho-fixups", "chained", [](E& e) { e.table<uint32_t>(MachO::LC_DYLD_CHAINED_FIXUPS, 16) = 1; }},
    {"macho-fixups", "chained", [](E& e) { e.in<uint64_t>("__DATA_CONST", "__got") |= 0xffffff; }},
    {"macho-fixups", "chained", [](E& e) { e.in<uint64_t>("__DATA_CONST", "__got") |= uint64_t{0xfff} << 51; }},
    {"macho-fixups-unique", "opcodes",
     [](E& e) {
       // All that is rebased becomes one pointer, rebased twice.
       std::fill_n(&e.at<uint8_t>(e.dyld_info().rebase_off), e.dyld_info().rebase_size, uint8_t{0});
       uint8_t* code = &e.at<uint8_t>(e.dyld_info().rebase_off);
       code[0] = MachO::REBASE_OPCODE_SET_TYPE_IMM | 1;
       code[1] = MachO::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | 3, code[2] = 0;
       code[3] = MachO::REBASE_OPCODE_DO_REBASE_IMM_TIMES | 1;
       code[4] = MachO::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | 3, code[5] = 0;
       code[6] = MachO::REBASE_OPCODE_DO_REBASE_IMM_TIMES | 1;
     }},
    {"macho-initialisers", "opcodes", [](E& e) { e.section("__DATA_CONST", "__mod_init_func").size = 4; }},
    {"macho-initialisers", "chained", [](E& e) { e.in<uint32_t>("__TEXT", "__init_offsets") = 0x100000; }},

    {"macho-bound-symbols", "opcodes", [](E& e) { e.symbol("_printf").n_desc ^= 3 << 8; }},
    {"macho-bound-symbols", "opcodes", [](E& e) { e.data().replace(e.data().find("_printf"), 7, "_prinTf"); }},
    {"macho-bound-symbols", "opcodes",
     [](E& e) { e.data()[e.data().find("__gxx_personality", e.dyld_info().weak_bind_off) + 3] = 'G'; }},
    {"macho-indirect-pointers", "opcodes",
     [](E& e) { std::swap(e.indirect("__DATA", "__la_symbol_ptr", 0), e.indirect("__DATA", "__la_symbol_ptr", 1)); }},
    {"macho-stubs", "opcodes",
     [](E& e) { std::swap(e.indirect("__TEXT", "__stubs", 0), e.indirect("__TEXT", "__stubs", 1)); }},
    {"macho-stubs", "opcodes", [](E& e) { e.in<uint8_t>("__TEXT", "__stubs") = 0x90; }},
    {"macho-stubs", "opcodes", [](E& e) { e.in<uint8_t>("__TEXT", "__stubs", 2) += 4; }},
    {"macho-stubs", "arm64", [](E& e) { e.in<uint32_t>("__TEXT", "__stubs", 4) += 1 << 10; }},
    {"macho-lazy-pointers", "opcodes", [](E& e) { e.in<uint64_t>("__DATA", "__la_symbol_ptr") += 1; }},
    {"macho-lazy-pointers", "opcodes", [](E& e) { e.in<uint64_t>("__DATA", "__la_symbol_ptr") += 10; }},
    {"macho-lazy-pointers", "arm64", [](E& e) { e.in<uint64_t>("__DATA", "__la_symbol_ptr") += 12; }},
    {"macho-completed", "opcodes", [](E& e) { e.at<uint8_t>(e.dyld_info().rebase_off) = 0; }},
    {"macho-export-trie", "dylib", [](E& e) { e.at<uint8_t>(e.dyld_info().export_off + 1) = 200; }},
    {"macho-exports", "opcodes", [](E& e) { e.symbol("_main").n_value += 1; }},
    {"macho-exports", "dylib", [](E& e) { e.symbol("_chosen").n_desc = 0; }},
    {"macho-weak-flags", "dylib", [](E& e) { e.header().flags &= ~uint32_t{MachO::MH_WEAK_DEFINES}; }},

    {"macho-unwind", "opcodes", [](E& e) { e.in<uint32_t>("__TEXT", "__unwind_info") = 2; }},
    {"macho-unwind", "opcodes", [](E& e) { e.in<uint32_t>("__TEXT", "__unwind_info", 16) = 4; }},
    {"macho-unwind", "opcodes",
     [](E& e) { e.in<uint32_t>("__TEXT", "__unwind_info", e.in<uint32_t>("__TEXT", "__unwind_info", 20)) += 4; }},
    {"macho-unwind", "opcodes", [](E& e) { e.in<uint32_t>("__TEXT", "__eh_frame") = 0x7fffffff; }},
    {"macho-unwind", "opcodes",
     [](E& e) { e.in<uint32_t>("__TEXT", "__unwind_info", e.in<uint32_t>("__TEXT", "__unwind_info", 12)) = 0x10; }},

    // The first of the encodings that all pages share.
    {"macho-unwind", "opcodes",
     [](E& e) {
       e.in<uint32_t>("__TEXT", "__unwind_info", e.in<uint32_t>("__TEXT", "__unwind_info", 4)) = 0x07000000;
     }},
    {"macho-signature", "arm64", [](E& e) { e.data()[0x3000] ^= 1; }},
    {"macho-signature", "arm64", [](E& e) { e.table<uint8_t>(MachO::LC_CODE_SIGNATURE) = 0; }},
    {"macho-signature", "arm64", [](E& e) { e.command<Data>(MachO::LC_CODE_SIGNATURE).cmd = 0x77; }},
};

TEST(MachoRules, EachNoticesItsDamage) {
  for (const Case& one : kCases) {
    MachoEditor macho(fixture(one.file));
    one.damage(macho);
    const auto broken = rules_broken(macho.bytes());
    std::string others;
    for (const std::string& name : broken) others += " " + name;
    EXPECT_TRUE(broken.contains(one.rule))
        << one.rule << " did not fire on " << one.file << ", case " << &one - kCases << "; these did:" << others;
  }
}

TEST(MachoRules, HaveACaseEach) {
  std::set<std::string> tried;
  for (const Case& one : kCases) tried.insert(one.rule);
  for (const RuleName& rule : list_rules()) {
    EXPECT_TRUE(tried.contains(std::string(rule.name)) || !rule.name.starts_with("macho-")) << rule.name;
  }
}

TEST(MachoRules, NoneFiresOnValidFiles) {
  for (const char* name : {"object", "opcodes", "chained", "arm64", "dylib"}) {
    const MachoEditor macho(fixture(name));
    const auto verdict = verify(macho.bytes(), {});
    ASSERT_TRUE(verdict.ok()) << name;
    for (const Finding& finding : verdict->findings)
      ADD_FAILURE() << name << ": " << finding.rule << ": " << finding.message;
  }
}

// Any byte may be anything: no rule may read outside the file or run on for ever.
TEST(MachoRules, SurviveDamageAnywhere) {
  for (const char* name : {"opcodes", "chained"}) {
    const MachoEditor original(fixture(name));
    MachoEditor macho = original;
    const size_t commands = macho.header().sizeofcmds + sizeof(MachO::mach_header_64);
    const size_t tables = macho.segment("__LINKEDIT").fileoff;
    for (size_t at = 4; at < macho.data().size(); at += at < commands ? 29 : at < tables ? 8001 : 301) {
      macho.data()[at] = static_cast<char>(macho.data()[at] ^ 0xff);
      (void)verify(macho.bytes(), {});
      macho.data()[at] = static_cast<char>(macho.data()[at] ^ 0xff);
    }
    for (size_t size = 1; size < macho.data().size(); size += size < commands ? 211 : 16001) {
      (void)verify(macho.bytes().subspan(0, size), {});
    }
  }
}

}  // namespace
}  // namespace xld::verify
