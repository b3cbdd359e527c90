// What libraries offer: textual stubs of all versions, `$ld$` symbols, export tries.
#include "formats/macho/library.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "formats/macho/export_trie.h"
#include "formats/macho/macho.h"

namespace xld::macho {
namespace {

class Stub {
 public:
  explicit Stub(std::string_view text, Cpu cpu = Cpu::X86_64)
      : text_(text), result_(parse_text_stub(as_bytes(text_), cpu, arena_)) {}

  bool is_ok() const { return result_.ok(); }
  std::string error() const { return result_.ok() ? "" : result_.error().message; }
  const LibraryText& library(size_t index = 0) const { return result_.value()[index]; }
  size_t count() const { return result_.value().size(); }
  std::string names(size_t index = 0) const {
    std::string text;
    for (const LibrarySymbol& symbol : library(index).symbols) {
      text += symbol.name;
      text += symbol.is_weak ? "(weak) " : symbol.is_thread_local ? "(tlv) " : " ";
    }
    return text;
  }

 private:
  std::string text_;
  Arena arena_;
  Result<std::vector<LibraryText>> result_;
};

constexpr std::string_view kVersion4 = R"(--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libA.dylib'
current-version: 1.2.3
compatibility-version: 1.1
reexported-libraries:
  - targets: [ x86_64-macos ]
    libraries: [ '/usr/lib/libB.dylib' ]
  - targets: [ arm64-macos ]
    libraries: [ '/usr/lib/libC.dylib' ]
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _a, '$ld$hide$os10.5$_a' ]
    weak-symbols: [ _w ]
    thread-local-symbols: [ _t ]
    objc-classes: [ K ]
    objc-eh-types: [ K ]
    objc-ivars: [ K.v ]
  - targets: [ arm64-macos ]
    symbols: [ _arm ]
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos ]
install-name: '/usr/lib/libB.dylib'
exports:
  - targets: [ x86_64-macos ]
    symbols: [ _b ]
...
)";

TEST(MachoStub, Version4) {
  const Stub stub(kVersion4);
  ASSERT_TRUE(stub.is_ok()) << stub.error();
  EXPECT_EQ(stub.library().install_name, "/usr/lib/libA.dylib");
  EXPECT_EQ(stub.library().current_version, 0x10203u);
  EXPECT_EQ(stub.library().compatibility_version, 0x10100u);
  ASSERT_EQ(stub.library().reexports.size(), 1u);
  EXPECT_EQ(stub.library().reexports[0], "/usr/lib/libB.dylib");
  EXPECT_EQ(stub.names(),
            "_a $ld$hide$os10.5$_a _w(weak) _t(tlv) _OBJC_CLASS_$_K _OBJC_METACLASS_$_K _OBJC_EHTYPE_$_K "
            "_OBJC_IVAR_$_K.v ");
  ASSERT_EQ(stub.count(), 2u);
  EXPECT_EQ(stub.names(1), "_b ");
}

TEST(MachoStub, SectionsAreForTargets) {
  const Stub stub(kVersion4, Cpu::Arm64);
  ASSERT_TRUE(stub.is_ok()) << stub.error();
  EXPECT_NE(stub.names().find("_arm"), std::string::npos);
  EXPECT_EQ(stub.count(), 1u);
  EXPECT_NE(Stub(kVersion4, Cpu::I386).error().find("is incompatible with i386"), std::string::npos);
}

TEST(MachoStub, Versions1To3) {
  const Stub first(R"(---
archs: [ i386, x86_64 ]
platform: macosx
install-name: /usr/lib/libX.dylib
exports:
  - archs: [ i386 ]
    symbols: [ _only32 ]
  - archs: [ i386, x86_64 ]
    re-exports: [ /usr/lib/libY.dylib ]
    symbols: [ _x ]
    weak-def-symbols: [ _w ]
    objc-classes: [ _C ]
...
)");
  ASSERT_TRUE(first.is_ok()) << first.error();
  EXPECT_EQ(first.names(), "_x _w(weak) _OBJC_CLASS_$_C _OBJC_METACLASS_$_C ");
  EXPECT_EQ(first.library().reexports.size(), 1u);
  EXPECT_EQ(first.library().current_version, 0x10000u);

  const Stub third(R"(--- !tapi-tbd-v3
archs: [ x86_64 ]
platform: macosx
flags: [ flat_namespace, not_app_extension_safe ]
install-name: /X
exports:
  - archs: [ x86_64 ]
    objc-classes: [ C ]
)");
  ASSERT_TRUE(third.is_ok()) << third.error();
  EXPECT_EQ(third.names(), "_OBJC_CLASS_$_C _OBJC_METACLASS_$_C ");
  EXPECT_FALSE(third.library().is_two_level);
  EXPECT_FALSE(third.library().is_extension_safe);
}

TEST(MachoStub, Version5IsJson) {
  const Stub stub(R"({
	"tapi_tbd_version": 5,
	"main_library": {
		"target_info": [ { "target": "x86_64-macos", "min_deployment": "13" } ],
		"install_names": [ { "name": "\/usr\/lib\/libJ.dylib" } ],
		"current_versions": [ { "version": "7.1" } ],
		"reexported_libraries": [ { "names": [ "/usr/lib/libK.dylib" ] } ],
		"exported_symbols": [ {
			"data": { "global": [ "_d" ], "objc_class": [ "C" ], "weak": [ "_w" ], "thread_local": [ "_t" ] },
			"text": { "global": [ "_f" ] }
		} ]
	},
	"libraries": [ {
		"target_info": [ { "target": "x86_64-macos" } ],
		"install_names": [ { "name": "/usr/lib/libK.dylib" } ],
		"exported_symbols": [ { "text": { "global": [ "_k" ] } } ]
	} ]
})");
  ASSERT_TRUE(stub.is_ok()) << stub.error();
  EXPECT_EQ(stub.library().install_name, "/usr/lib/libJ.dylib");
  EXPECT_EQ(stub.library().current_version, 0x70100u);
  EXPECT_EQ(stub.names(), "_d _w(weak) _t(tlv) _OBJC_CLASS_$_C _OBJC_METACLASS_$_C _f ");
  EXPECT_EQ(stub.names(1), "_k ");
}

TEST(MachoStub, Malformed) {
  EXPECT_FALSE(Stub("").is_ok());
  EXPECT_FALSE(Stub("--- !tapi-tbd\ntargets: [ x86_64-macos").is_ok());
  EXPECT_NE(Stub("--- !tapi-tbd\ntargets: &a [ x86_64-macos ]\n").error().find("anchor"), std::string::npos);
  EXPECT_NE(Stub("--- !tapi-tbd\ntargets: [ x86_64-macos ]\n").error().find("install-name"), std::string::npos);
  EXPECT_NE(Stub("--- !tapi-tbd\na: " + std::string(200, '[')).error().find("nested"), std::string::npos);
}

TEST(MachoStub, IsRecognised) {
  EXPECT_TRUE(is_text_stub(as_bytes(kVersion4)));
  EXPECT_TRUE(is_text_stub(as_bytes("{ \"tapi_tbd_version\": 5 }")));
  EXPECT_FALSE(is_text_stub(as_bytes("INPUT(libc.so)")));
  EXPECT_FALSE(is_text_stub(as_bytes("--- just yaml\n")));
}

// ---- `$ld$` symbols

constexpr uint32_t kMacos = 1;
constexpr uint32_t os(uint32_t major, uint32_t minor) {
  return major << 16 | minor << 8;
}

std::string after(std::vector<std::string_view> names, uint32_t minimum_os) {
  LibraryText library;
  library.install_name = "/usr/lib/libA.dylib";
  for (const std::string_view name : names) library.symbols.push_back({name});
  std::string text;
  std::vector<std::string> problems;
  for (const LibraryText& part : apply_linker_symbols(library, kMacos, minimum_os, problems)) {
    text += std::string(part.install_name) + ":";
    for (const LibrarySymbol& symbol : part.symbols) text += std::string(" ") + std::string(symbol.name);
    text += ";";
  }
  for (const std::string& problem : problems) text += " " + problem;
  return text;
}

TEST(MachoLinkerSymbols, NamesMayHaveADollar) {
  EXPECT_EQ(after({"_a$b", "_c", "$ld$previous$/old$1.2$1$10.4$10.6$_a$b$"}, os(10, 5)),
            "/usr/lib/libA.dylib: _c;/old: _a$b;");
}

TEST(MachoLinkerSymbols, VersionsThatAreNone) {
  EXPECT_EQ(
      after({"$ld$hide$os10.x$_a"}, os(10, 5)),
      "/usr/lib/libA.dylib:; (/usr/lib/libA.dylib): failed to parse os version, symbol '$ld$hide$os10.x$_a' ignored");
  EXPECT_EQ(after({"$ld$previous$/old$1.2$1$10.4$x$$"}, os(10, 5)),
            "/usr/lib/libA.dylib:; (/usr/lib/libA.dylib): failed to parse end version, symbol "
            "'$ld$previous$/old$1.2$1$10.4$x$$' ignored");
}

TEST(MachoLinkerSymbols, HideAndAddAreForOneSystem) {
  EXPECT_EQ(after({"_a", "_b", "$ld$hide$os10.6$_a", "$ld$add$os10.6$_c"}, os(10, 6)), "/usr/lib/libA.dylib: _b _c;");
  EXPECT_EQ(after({"_a", "_b", "$ld$hide$os10.6$_a", "$ld$add$os10.6$_c"}, os(10, 7)), "/usr/lib/libA.dylib: _a _b;");
}

TEST(MachoLinkerSymbols, InstallName) {
  EXPECT_EQ(after({"_a", "$ld$install_name$os10.4$/old"}, os(10, 4)), "/old: _a;");
  EXPECT_EQ(after({"_a", "$ld$install_name$os10.4$/old"}, os(10, 5)), "/usr/lib/libA.dylib: _a;");
}

TEST(MachoLinkerSymbols, PreviousOfOneNameSplitsTheLibrary) {
  const std::vector<std::string_view> names = {"_a", "_b", "$ld$previous$/was$1.2$1$10.10$10.14$_b$"};
  EXPECT_EQ(after(names, os(10, 12)), "/usr/lib/libA.dylib: _a;/was: _b;");
  EXPECT_EQ(after(names, os(10, 14)), "/usr/lib/libA.dylib: _a _b;");
  EXPECT_EQ(after({"_a", "$ld$previous$/was$$1$10.0$11.0$$"}, os(10, 12)), "/was: _a;");
  EXPECT_EQ(after({"_a", "$ld$previous$/was$$2$10.0$11.0$$"}, os(10, 12)), "/usr/lib/libA.dylib: _a;");
  EXPECT_EQ(after({"_a", "$ld$previous$broken"}, os(10, 12)), "/usr/lib/libA.dylib: _a;");
}

// ---- export tries

std::string read_back(Bytes trie) {
  std::string text;
  const auto error = read_export_trie(trie, [&](std::string_view name, uint64_t flags) {
    text += std::string(name) + "=" + std::to_string(flags) + " ";
  });
  return error ? error->message : text;
}

TEST(MachoExportTrie, RoundTrip) {
  std::vector<Export> exports = {{"_main", 0, 0x1000}, {"_mai", 4, 0x20}, {"_b", 2, 0x123456789},
                                 {"_", 0, 1},          {"_malloc", 0, 3}, {"_mallo", 1, 0x80}};
  const auto trie = build_export_trie(exports);
  EXPECT_EQ(read_back(trie), "_=0 _b=2 _mai=4 _main=0 _mallo=1 _malloc=0 ");
  std::reverse(exports.begin(), exports.end());
  EXPECT_EQ(build_export_trie(exports), trie);
  EXPECT_TRUE(build_export_trie({}).empty());
}

TEST(MachoExportTrie, ManyNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 3000; i++) names.push_back("_name" + std::to_string(i * 7919));
  std::vector<Export> exports;
  for (const std::string& name : names) exports.push_back({name, 0, 0x1000});
  const auto trie = build_export_trie(exports);
  size_t count = 0;
  EXPECT_FALSE(read_export_trie(trie, [&](std::string_view, uint64_t) { count++; }));
  EXPECT_EQ(count, names.size());
}

TEST(MachoExportTrie, Damaged) {
  EXPECT_NE(read_back(std::vector<uint8_t>{5, 0}).find("damaged"), std::string::npos);
  EXPECT_NE(read_back(std::vector<uint8_t>{0, 1, 'a', 0, 0}).find("damaged"), std::string::npos);   // a cycle
  EXPECT_NE(read_back(std::vector<uint8_t>{0, 1, 'a', 0, 90}).find("damaged"), std::string::npos);  // outside
  EXPECT_NE(read_back(std::vector<uint8_t>{0, 1, 'a', 'b'}).find("damaged"), std::string::npos);    // no end
}

}  // namespace
}  // namespace xld::macho
