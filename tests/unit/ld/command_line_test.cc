// The command line from words to Options: ld/command_line.h, with the dialects of formats/elf and formats/macho.
#include "ld/command_line.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <random>

#include "ld/plugin/choice.h"

namespace xld {
namespace {

using Words = std::vector<std::string>;

struct Parsed {
  CommandLine line;
  Words errors;
  Words warnings;

  const Options& options() const { return line.options; }
  const InputOption& input(size_t i) const { return line.options.inputs.at(i); }
};

Parsed parse_as(const std::string& program, Words words, const std::map<std::string, std::string>& files = {}) {
  const CommandLineFiles access = {.read = [&](const std::string& path) -> std::optional<std::string> {
                                     const auto found = files.find(path);
                                     return found == files.end() ? std::nullopt : std::optional(found->second);
                                   },
                                   .is_directory = [](const std::string& path) { return path.ends_with("dir"); }};
  words.insert(words.begin(), program);
  Diagnostics diagnostics(0);
  Parsed result;
  result.line = parse_command_line(words, access, diagnostics);
  for (const Message& message : diagnostics.sorted()) {
    (message.severity == Severity::Error ? result.errors : result.warnings).push_back(message.text);
  }
  return result;
}

// With an input, so that its lack is not another error; it is the last one.
Parsed parse(Words words) {
  words.push_back("last.o");
  return parse_as("ld", std::move(words));
}

Options options_of(Words words) {
  const Parsed parsed = parse(std::move(words));
  EXPECT_EQ(parsed.errors, Words{});
  return parsed.options();
}

std::string error_of(Words words) {
  const Parsed parsed = parse(std::move(words));
  EXPECT_EQ(parsed.errors.size(), 1u);
  EXPECT_FALSE(parsed.line.should_link);
  return parsed.errors.empty() ? std::string() : parsed.errors[0];
}

// --- Spellings and values

TEST(CommandLine, LongOptionsHaveOneOrTwoDashes) {
  EXPECT_TRUE(options_of({"--gc-sections"}).gc_sections);
  EXPECT_TRUE(options_of({"-gc-sections"}).gc_sections);
  EXPECT_TRUE(options_of({"--static"}).is_static);
  EXPECT_FALSE(options_of({"--gc-sections", "-no-gc-sections"}).gc_sections);
}

TEST(CommandLine, ALongNameBeatsALetter) {
  EXPECT_TRUE(options_of({"-static"}).is_static);
  EXPECT_EQ(options_of({"-entry", "x"}).entry, "x");
  EXPECT_EQ(options_of({"-emain"}).entry, "main");
  EXPECT_EQ(options_of({"-e", "main"}).entry, "main");
}

TEST(CommandLine, NamesThatBeginWithOAreOutputFilesAfterOneDash) {
  const Options options = options_of({"-omagic"});
  EXPECT_EQ(options.output, "magic");
  EXPECT_FALSE(options.omagic);
  EXPECT_TRUE(options_of({"--omagic"}).omagic);
  EXPECT_EQ(options_of({"--output=x"}).output, "x");
  EXPECT_EQ(options_of({"--output", "x"}).output, "x");
  EXPECT_EQ(options_of({"-o", "x"}).output, "x");
}

TEST(CommandLine, ValuesAreJoinedOrSeparate) {
  EXPECT_EQ(options_of({"-Map=x"}).map_file, "x");
  EXPECT_EQ(options_of({"-Map", "x"}).map_file, "x");
  EXPECT_EQ(options_of({"--sysroot=/r=1"}).sysroot, "/r=1");
  EXPECT_EQ(options_of({"-L=lib", "-L", "d", "--library-path=e"}).search_paths, (Words{"=lib", "d", "e"}));
  EXPECT_EQ(options_of({"-O2"}).optimize, 2);
  EXPECT_EQ(options_of({"-O", "0"}).optimize, 0);
}

TEST(CommandLine, AnOptionalValueIsNotTheNextWord) {
  const Parsed parsed = parse({"--build-id", "a.o", "--icf", "b.o"});
  EXPECT_EQ(parsed.options().build_id, BuildIdKind::Sha1);
  EXPECT_EQ(parsed.options().icf, IcfMode::All);
  EXPECT_EQ(parsed.options().inputs.size(), 3u);
}

TEST(CommandLine, NamesMayBeCutShortIfOneBeginsLikeThat) {
  EXPECT_TRUE(options_of({"--gc-section"}).gc_sections);
  EXPECT_FALSE(options_of({"--gc-sections", "--no-gc-sect"}).gc_sections);
  EXPECT_EQ(options_of({"--dynamic-link=/ld.so"}).dynamic_linker, "/ld.so");
  EXPECT_EQ(options_of({"--image-b", "0x1000"}).image_base, 0x1000u);
  EXPECT_EQ(error_of({"--export-dyn"}), "unknown argument '--export-dyn'");
  EXPECT_EQ(error_of({"--gc"}), "unknown argument '--gc'");
}

TEST(CommandLine, LlvmsOptionsReachItsPlugin) {
  const Words given = {"--thinlto-jobs=2", "-plugin", "/LLVMgold.so", "-plugin-opt=mcpu=x86-64",   "--lto-O1",
                       "--save-temps",     "-mllvm",  "-stats",       "--thinlto-index-only=list", "--lto-emit-llvm"};
  EXPECT_EQ(plugin::given_plugins(options_of(given)).at(0).options,
            (Words{"jobs=2", "O1", "save-temps", "-stats", "thinlto-index-only=list", "emit-llvm", "mcpu=x86-64"}));
  EXPECT_EQ(plugin::given_plugins(options_of({"--lto-O1", "-plugin", "liblto_plugin.so"})).at(0).options, Words{});
  // A driver that thinks of LLD passes them without a plugin.
  EXPECT_EQ(options_of({"-plugin-opt=O1", "--lto-partitions=2"}).lto_options, (Words{"O1", "lto-partitions=2"}));
}

TEST(CommandLine, LlvmsOptionsAreLookedAt) {
  for (const char* name : {"ld", "ld64.xld"}) {
    EXPECT_EQ(parse_as(name, {"--thinlto-jobs=many", "--thinlto-prefix-replace=old", "x.o"}).errors,
              (Words{"--thinlto-jobs: invalid job count: many; give a number, or all",
                     "--thinlto-prefix-replace= expects 'old;new' format, but got old"}))
        << name;
    EXPECT_EQ(parse_as(name, {"--thinlto-jobs=all", "--thinlto-prefix-replace=old;new", "x.o"}).options().lto_options,
              (Words{"jobs=all", "thinlto-prefix-replace=old;new"}))
        << name;
  }
}

TEST(CommandLine, TwoDashesAloneEndTheOptions) {
  const Parsed parsed = parse({"--", "-o", "--foo"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_EQ(parsed.input(0).name, "-o");
  EXPECT_EQ(parsed.input(1).name, "--foo");
}

TEST(CommandLine, ADashIsAnInput) {
  EXPECT_EQ(parse({"-"}).input(0).name, "-");
}

TEST(CommandLine, ResponseFilesAreExpanded) {
  const Parsed parsed = parse_as("ld", {"@r", "@none"}, {{"r", "-o 'my file' a.o"}});
  EXPECT_EQ(parsed.options().output, "my file");
  EXPECT_EQ(parsed.options().arguments, (Words{"-o", "my file", "a.o", "@none"}));
  EXPECT_EQ(parsed.input(1).name, "@none");
}

// --- Errors

TEST(CommandLine, UnknownOptionsComeWithASuggestion) {
  EXPECT_EQ(error_of({"--gc-sectoins"}), "unknown argument '--gc-sectoins', did you mean '--gc-sections'");
  EXPECT_EQ(error_of({"-stattic"}), "unknown argument '-stattic', did you mean '-static'");
  EXPECT_EQ(error_of({"--no-relx"}), "unknown argument '--no-relx', did you mean '--no-relax'");
  EXPECT_EQ(error_of({"--icv=all"}), "unknown argument '--icv=all', did you mean '--icf'");
  EXPECT_EQ(error_of({"--frobnicate"}), "unknown argument '--frobnicate'");
  EXPECT_EQ(error_of({"-z", "reldo"}), "unknown keyword '-z reldo', did you mean 'relro'");
}

TEST(CommandLine, OnlyWhatMayBeNegatedHasANo) {
  EXPECT_EQ(error_of({"--no-version-script"}),
            "unknown argument '--no-version-script', did you mean '--version-script'");
  EXPECT_NE(error_of({"--ab-relax"}), "");
  EXPECT_NE(error_of({"--noorelax"}), "");
  EXPECT_NE(error_of({"-z", "nomuldefs"}), "");
  EXPECT_NE(error_of({"-z", "xxrelro"}), "");
}

TEST(CommandLine, ReportsAllErrorsInTheirOrder) {
  const Parsed parsed = parse({"--zzzzzz", "--icf=x", "-z", "aaaaaa", "-Ttext=xyz"});
  ASSERT_EQ(parsed.errors.size(), 4u);
  EXPECT_EQ(parsed.errors[0], "unknown argument '--zzzzzz'");
  EXPECT_EQ(parsed.errors[1], "--icf: unknown value 'x'; use one of: none, safe, all");
  EXPECT_EQ(parsed.errors[2], "unknown keyword '-z aaaaaa'");
  EXPECT_EQ(parsed.errors[3], "-Ttext: 'xyz' is not an address in hexadecimal, or out of range");
}

TEST(CommandLine, ValuesAreNeitherMissingNorInExcess) {
  EXPECT_EQ(parse_as("ld", {"a.o", "-o"}).errors, Words{"-o: missing argument: FILE"});
  EXPECT_EQ(options_of({"--sysroot=/x", "--sysroot=", "-rpath="}).sysroot, "");
  EXPECT_EQ(error_of({"--gc-sections=yes"}), "--gc-sections takes no value");
  EXPECT_EQ(error_of({"--no-icf=all"}), "--no-icf takes no value");
  EXPECT_EQ(error_of({"-z", "max-page-size"}), "-z max-page-size: missing value, use -z max-page-size=SIZE");
  EXPECT_EQ(error_of({"-z", "now=1"}), "-z now takes no value");
}

TEST(CommandLine, NeedsAnInput) {
  EXPECT_EQ(parse_as("ld", {"-o", "x"}).errors, Words{"no input files"});
  EXPECT_EQ(parse_as("ld", {"-lc"}).errors, Words{});
}

TEST(CommandLine, RelocatableOutputsAreNoPrograms) {
  EXPECT_TRUE(options_of({"-Ur"}).is_relocatable);
  EXPECT_EQ(options_of({"-r", "--unique=.text*", "--unique"}).unique_section_globs, Words{".text*"});
  EXPECT_EQ(error_of({"-r", "--icf=all"}), "-r and --icf do not go together: functions are folded in the last link");
  EXPECT_NE(error_of({"-r", "--gc-sections"}).find("without -e or -u"), std::string::npos);
  EXPECT_TRUE(options_of({"-r", "--gc-sections", "-u", "f"}).gc_sections);
}

TEST(CommandLine, WhatIsNotSupportedYetIsAnError) {
  EXPECT_TRUE(options_of({"-shared"}).is_shared);
  EXPECT_NE(error_of({"-c", "x.mri"}).find("MRI scripts are not read"), std::string::npos);
  EXPECT_EQ(options_of({"--no-gdb-index"}).inputs.size(), 1u);
}

TEST(CommandLine, SaysWhatLibrariesMayLack) {
  EXPECT_EQ(options_of({}).dynamic.shlib_undefined, Answer::Unset);
  EXPECT_EQ(options_of({"--no-allow-shlib-undefined"}).dynamic.shlib_undefined, Answer::No);
  EXPECT_EQ(options_of({"--unresolved-symbols=ignore-in-shared-libs"}).dynamic.shlib_undefined, Answer::Yes);
  EXPECT_EQ(options_of({"--unresolved-symbols=report-all"}).dynamic.shlib_undefined, Answer::No);
  const Options copying = options_of({"--copy-dt-needed-entries", "-la", "--no-add-needed", "-lb"});
  EXPECT_TRUE(copying.inputs.at(0).copies_needs);
  EXPECT_FALSE(copying.inputs.back().copies_needs);
}

TEST(CommandLine, ReadsRemappedInputs) {
  const Parsed parsed = parse_as("ld", {"--remap-inputs=*.o=b.o", "--remap-inputs-file=map", "a.o"},
                                 {{"map", "# comment\nlib*.a  /dev/null\n\nx.o y.o # why\n"}});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"*.o", "b.o"}, {"lib*.a", "/dev/null"}, {"x.o", "y.o"}};
  EXPECT_EQ(parsed.line.options.remapped_inputs, expected);
  EXPECT_NE(error_of({"--remap-inputs=x"}).find("GLOB=FILE"), std::string::npos);
}

TEST(CommandLine, ReadsCompression) {
  EXPECT_EQ(options_of({"--compress-debug-sections=none"}).debug_compression.kind, CompressionKind::None);
  EXPECT_EQ(options_of({"--compress-debug-sections=zlib-gabi"}).debug_compression.kind, CompressionKind::Zlib);
  EXPECT_EQ(options_of({"--compress-debug-sections=zlib:9"}).debug_compression.level, 9);
  EXPECT_EQ(options_of({"--compress-debug-sections=zlib:9", "--compress-debug-sections=zstd"}).debug_compression.level,
            std::nullopt);
  EXPECT_NE(error_of({"--compress-debug-sections=zlib:10"}).find("zlib:9"), std::string::npos);
  EXPECT_NE(error_of({"--compress-debug-sections=zlib-gnu"}).find("use zlib"), std::string::npos);
}

TEST(CommandLine, ReadsPackageMetadata) {
  EXPECT_EQ(options_of({"--package-metadata={\"a\":1}"}).package_metadata, "{\"a\":1}");
  EXPECT_EQ(options_of({"--package-metadata=%7B%22a%22:1%7d"}).package_metadata, "{\"a\":1}");
  EXPECT_EQ(options_of({"--package-metadata=%[lbrace]%[quot]a%[quot]:%[space]1%[comma]%[rbrace]"}).package_metadata,
            "{\"a\": 1,}");
  EXPECT_NE(error_of({"--package-metadata=100%"}).find("position 3"), std::string::npos);
  EXPECT_NE(error_of({"--package-metadata=%[x]"}).find("position 0"), std::string::npos);
}

// --- What compiler drivers pass

TEST(CommandLine, AcceptsWhatGccPassesForAStaticLink) {
  const Parsed parsed = parse({"-plugin", "/p.so", "-plugin-opt=/w", "-plugin-opt=-pass-through=-lgcc", "--build-id",
                               "-m", "elf_x86_64", "--hash-style=gnu", "--as-needed", "-static", "crt1.o", "-L/l",
                               "--start-group", "-lgcc", "-lc", "--end-group", "crtn.o"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_TRUE(parsed.options().is_static);
  EXPECT_EQ(parsed.options().target.cpu, Cpu::X86_64);
  EXPECT_EQ(parsed.options().target.output, OutputKind::StaticExecutable);
  ASSERT_EQ(parsed.options().inputs.size(), 7u);
  EXPECT_EQ(parsed.input(1).kind, InputKind::StartGroup);
  EXPECT_EQ(parsed.input(2).kind, InputKind::Library);
  EXPECT_EQ(parsed.input(2).name, "gcc");
  EXPECT_TRUE(parsed.input(2).is_static);
  EXPECT_EQ(parsed.input(4).kind, InputKind::EndGroup);
}

TEST(CommandLine, AcceptsWhatDriversPassForStaticPie) {
  const Options options =
      options_of({"-flto", "--eh-frame-hdr", "-m", "elf_i386", "-static", "-pie", "--no-dynamic-linker", "-z", "text",
                  "-znow", "-z", "relro", "-dynamic-linker", "/lib/ld.so", "--no-add-needed"});
  EXPECT_TRUE(options.is_pie);
  EXPECT_TRUE(options.no_dynamic_linker);
  EXPECT_TRUE(options.eh_frame_header);
  EXPECT_EQ(options.dynamic_linker, "/lib/ld.so");
  EXPECT_EQ(options.target.output, OutputKind::StaticPie);
  EXPECT_EQ(options.target.cpu, Cpu::I386);
  EXPECT_EQ(options.target.word_size, 4);
}

TEST(CommandLine, RemembersWhatOnlyDynamicOutputsNeed) {
  const Options options = options_of({"-soname", "a", "-h", "b", "-rpath=x", "--hash-style=sysv", "--version-script=v",
                                      "-Bsymbolic-functions", "-z", "nodelete", "-z", "origin", "--exclude-libs=ALL"});
  EXPECT_EQ(options.dynamic.soname, "b");
  EXPECT_EQ(options.dynamic.runtime_paths, Words{"x"});
  EXPECT_EQ(options.dynamic.hash_style, HashStyle::Sysv);
  EXPECT_EQ(options.dynamic.symbolic, SymbolicBinding::Functions);
  EXPECT_EQ(options.dynamic.flags, (Words{"nodelete", "origin"}));
  EXPECT_EQ(options.version_scripts, Words{"v"});
}

// --- Facts of the inputs that follow

TEST(CommandLine, PositionsBecomeFactsOfInputs) {
  const Parsed parsed =
      parse({"--whole-archive", "a", "--no-whole-archive", "-Bstatic", "-lb", "-dy", "-lc", "--as-needed", "d",
             "--start-lib", "e", "--end-lib", "-b", "binary", "f", "--format=default"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_TRUE(parsed.input(0).whole_archive);
  EXPECT_FALSE(parsed.input(1).whole_archive);
  EXPECT_TRUE(parsed.input(1).is_static);
  EXPECT_FALSE(parsed.input(2).is_static);
  EXPECT_FALSE(parsed.input(2).as_needed);
  EXPECT_TRUE(parsed.input(3).as_needed);
  EXPECT_TRUE(parsed.input(4).is_lazy);
  EXPECT_FALSE(parsed.input(5).is_lazy);
  EXPECT_TRUE(parsed.input(5).is_binary);
  EXPECT_FALSE(parsed.input(6).is_binary);
}

TEST(CommandLine, StatesNest) {
  const Parsed parsed = parse({"--whole-archive", "--push-state", "--no-whole-archive", "-Bstatic", "a", "--push-state",
                               "--as-needed", "b", "--pop-state", "c", "--pop-state", "d"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_FALSE(parsed.input(0).whole_archive);
  EXPECT_TRUE(parsed.input(1).as_needed);
  EXPECT_TRUE(parsed.input(1).is_static);
  EXPECT_FALSE(parsed.input(2).as_needed);
  EXPECT_TRUE(parsed.input(2).is_static);
  EXPECT_TRUE(parsed.input(3).whole_archive);
  EXPECT_FALSE(parsed.input(3).is_static);
}

TEST(CommandLine, StartLibIsNotPartOfTheState) {
  const Parsed parsed = parse({"--push-state", "--start-lib", "--pop-state", "a", "--end-lib", "b"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_TRUE(parsed.input(0).is_lazy);
  EXPECT_FALSE(parsed.input(1).is_lazy);
}

TEST(CommandLine, BracketsMustMatch) {
  EXPECT_EQ(error_of({"--pop-state"}), "unbalanced --push-state/--pop-state: --pop-state has nothing to return to");
  EXPECT_EQ(error_of({"--end-group"}), "--end-group without --start-group");
  EXPECT_EQ(error_of({"-)"}), "-) without --start-group");
  EXPECT_EQ(error_of({"--end-lib"}), "--end-lib without --start-lib");
  EXPECT_EQ(error_of({"--start-lib", "--start-lib", "--end-lib"}),
            "nested --start-lib: close the one before with --end-lib");
  EXPECT_EQ(error_of({"-(", "--start-lib", "--end-lib", "-)"}),
            "may not nest --start-lib in --start-group; close the group with --end-group");
  const Parsed open = parse({"-("});
  EXPECT_EQ(open.errors, Words{});
  EXPECT_EQ(open.warnings.size(), 1u);
  EXPECT_EQ(open.options().inputs.back().kind, InputKind::EndGroup);
}

TEST(CommandLine, JustSymbolsOfADirectoryIsASearchPath) {
  const Parsed parsed = parse({"-R", "a.out", "-Rdir", "--just-symbols=b.out"});
  EXPECT_EQ(parsed.options().inputs.size(), 3u);
  EXPECT_TRUE(parsed.input(0).just_symbols);
  EXPECT_TRUE(parsed.input(1).just_symbols);
  EXPECT_FALSE(parsed.input(2).just_symbols);
  EXPECT_EQ(parsed.options().dynamic.runtime_paths, Words{"dir"});
}

// --- Values with rules of their own

TEST(CommandLine, AddressesAreHexadecimal) {
  const Options options = options_of({"-Ttext=1000", "-Tdata", "0x2000", "--Tbss=30", "--section-start=.foo=0x40",
                                      "-Ttext-segment=50", "--image-base=0x70"});
  const std::map<std::string, uint64_t> expected = {
      {".text", 0x1000}, {".data", 0x2000}, {".bss", 0x30}, {".foo", 0x40}};
  EXPECT_EQ(options.section_start, expected);
  EXPECT_EQ(options.text_segment, 0x50u);
  EXPECT_EQ(options.image_base, 0x70u);
  EXPECT_EQ(error_of({"--section-start=.foo"}), "--section-start: '.foo' is not of the form SECTION=ADDRESS");
  EXPECT_NE(error_of({"-Ttext=10000000000000000"}).find("out of range"), std::string::npos);
}

TEST(CommandLine, NumbersHaveSuffixes) {
  EXPECT_EQ(options_of({"-z", "stack-size=8M"}).stack_size, 8u << 20);
  EXPECT_EQ(options_of({"-z", "max-page-size=64k"}).max_page_size, 65536u);
  EXPECT_EQ(options_of({"-z", "common-page-size=010000"}).common_page_size, 4096u);
  EXPECT_EQ(options_of({"-z", "stack-size=0x10"}).stack_size, 16u);
  EXPECT_NE(error_of({"-z", "max-page-size=3"}).find("power of two"), std::string::npos);
  for (const char* bad : {"", "K", "0x", "-1", "1Q", "08", "99999999999999999999", "17179869184G"}) {
    EXPECT_NE(error_of({"-z", std::string("stack-size=") + bad}), "") << bad;
  }
  EXPECT_NE(error_of({"--threads=4294967296"}).find("expected a positive integer"), std::string::npos);
}

TEST(CommandLine, BuildIdHasStyles) {
  EXPECT_EQ(options_of({"--build-id=fast"}).build_id, BuildIdKind::Fast);
  EXPECT_EQ(options_of({"--build-id=sha256"}).build_id, BuildIdKind::Sha256);
  EXPECT_EQ(options_of({"--build-id", "--no-build-id"}).build_id, BuildIdKind::None);
  const Options options = options_of({"--build-id=0x12-ab:CD"});
  EXPECT_EQ(options.build_id, BuildIdKind::Hex);
  EXPECT_EQ(options.build_id_bytes, (std::vector<uint8_t>{0x12, 0xab, 0xcd}));
  for (const char* bad : {"0x", "0x1", "0x1g", "0x12-", "0xHEX", "sha512"}) {
    EXPECT_NE(error_of({std::string("--build-id=") + bad}), "") << bad;
  }
}

TEST(CommandLine, Assignments) {
  const Options options = options_of({"--defsym=a=b+1", "--defsym", "c=0x10"});
  ASSERT_EQ(options.assignments.size(), 2u);
  EXPECT_EQ(options.assignments[0].name, "a");
  EXPECT_EQ(options.assignments[0].expression, "b+1");
  EXPECT_EQ(options.assignments[1].expression, "0x10");
  for (const char* bad : {"a", "=1", "a="}) EXPECT_NE(error_of({std::string("--defsym=") + bad}), "");
}

TEST(CommandLine, Keywords) {
  const Options options = options_of({"-z", "norelro", "-zseparate-loadable-segments", "-z", "execstack", "-z", "ibt",
                                      "-z", "shstk", "-z", "muldefs", "-z", "nosectionheader", "-z", "undefs", "-z",
                                      "start-stop-gc", "-z", "dead-reloc-in-nonalloc=.debug_*=0xff"});
  EXPECT_FALSE(options.relro);
  EXPECT_EQ(options.separate_code, SeparateCode::LoadableSegments);
  EXPECT_TRUE(options.execstack);
  EXPECT_EQ(options.x86_feature_1_force, 3u);
  EXPECT_TRUE(options.allow_multiple_definition);
  EXPECT_TRUE(options.nosectionheader);
  EXPECT_EQ(options.unresolved, UnresolvedPolicy::Ignore);
  EXPECT_TRUE(options.start_stop_gc);
  EXPECT_EQ(options.dead_reloc_values.back(), (std::pair<std::string, uint64_t>(".debug_*", 0xff)));
  EXPECT_EQ(options_of({"-z", "noseparate-code"}).separate_code, SeparateCode::None);
}

TEST(CommandLine, Reports) {
  const Options options =
      options_of({"--map=json:m.json", "-Map=outdir", "-o", "bin/x", "--time-trace", "--why-live=f", "-yg"});
  EXPECT_EQ(options.json_map_file, "m.json");
  EXPECT_EQ(options.map_file, "outdir/x.map");
  EXPECT_EQ(options.time_trace_file, "bin/x.time-trace");
  EXPECT_EQ(options.why_live, Words{"f"});
  EXPECT_EQ(options.trace_symbols, Words{"g"});
  EXPECT_EQ(options_of({"--time-trace=t"}).time_trace_file, "t");
  EXPECT_EQ(options_of({"-M", "--map=json"}).json_map_file, "-");
}

TEST(CommandLine, ColorAndThreads) {
  EXPECT_TRUE(options_of({"--color-diagnostics"}).color);
  EXPECT_FALSE(options_of({"--color-diagnostics=auto"}).color_given);
  EXPECT_TRUE(options_of({"--no-color-diagnostics"}).color_given);
  EXPECT_EQ(options_of({"--threads=3"}).threads, 3u);
  EXPECT_EQ(options_of({"--thread-count", "2"}).threads, 2u);
  EXPECT_EQ(options_of({"--no-threads"}).threads, 1u);
  EXPECT_EQ(options_of({"--no-threads", "--threads"}).threads, 0u);
}

TEST(CommandLine, Targets) {
  const Options options = options_of({"--target=openbsd-amd64", "-m", "elf_x86_64"});
  EXPECT_EQ(options.target.os, OperatingSystem::OpenBsd);
  EXPECT_EQ(options.target.format, ObjectFormat::Elf);
  EXPECT_EQ(options_of({"--target=darwin-amd64"}).target.format, ObjectFormat::MachO);
  EXPECT_EQ(options_of({"--oformat=binary"}).output_format, OutputFormatKind::Binary);
  EXPECT_NE(error_of({"-m", "elf32_x86_64"}).find("use one of: elf_x86_64, elf_i386"), std::string::npos);
}

// --- Texts

TEST(CommandLine, VersionIsThatOfAGnuCompatibleLinker) {
  const Parsed version = parse_as("ld", {"--version"});
  EXPECT_EQ(version.line.text.substr(0, version.line.text.find('\n')), "xld v0.1.0 (compatible with GNU ld)");
  EXPECT_FALSE(version.line.should_link);
  EXPECT_EQ(version.errors, Words{});
  EXPECT_FALSE(parse_as("ld", {"--version", "a.o"}).line.should_link);
  EXPECT_FALSE(parse_as("ld", {"-v"}).line.should_link);
  EXPECT_EQ(parse_as("ld", {"-v"}).errors, Words{});
  const Parsed both = parse_as("ld", {"-v", "a.o"});
  EXPECT_TRUE(both.line.should_link);
  EXPECT_EQ(both.line.text, version.line.text);
}

TEST(CommandLine, PrintsWhatIsAskedFor) {
  EXPECT_EQ(parse_as("ld", {"--print-sysroot", "--sysroot=/x"}).line.text, "/x\n");
  EXPECT_EQ(parse_as("ld", {"--print-output-format", "-melf_i386"}).line.text, "elf32-i386\n");
  EXPECT_NE(parse_as("ld", {"-V"}).line.text.find(" elf_i386"), std::string::npos);
}

TEST(CommandLine, HelpNamesTheReasonOfEveryOptionWithoutEffect) {
  const std::string help = parse_as("/usr/bin/ld.xld", {"--help"}).line.text;
  EXPECT_EQ(help.substr(0, 29), "Usage: ld.xld [options] file.");
  EXPECT_NE(help.find("ld.xld: supported targets: elf64-x86-64"), std::string::npos);
  // The two columns of a row, by whichever whitespace they are apart.
  std::string squeezed;
  std::ranges::unique_copy(help, std::back_inserter(squeezed),
                           [](char a, char b) { return std::isspace(a) && std::isspace(b); });
  std::ranges::replace(squeezed, '\n', ' ');
  for (const OptionTable& table : {dialect_for("ld").options, dialect_for("ld").keywords}) {
    for (const OptionName& name : table.names) {
      for (const std::string_view part : {std::string_view(), name.negation}) {
        const std::string written = fmt::format("{}{}", part, name.name);
        EXPECT_NE(squeezed.find(written), std::string::npos) << written;
      }
      EXPECT_NE(squeezed.find(name.row->help), std::string::npos) << name.row->help;
    }
  }
}

// --- The tables themselves

struct TableTest : testing::TestWithParam<const char*> {
  std::vector<OptionTable> tables() const {
    const Dialect dialect = dialect_for(GetParam());
    return {dialect.options, dialect.keywords};
  }
};

TEST_P(TableTest, EveryRowIsComplete) {
  for (const OptionTable& table : tables()) {
    for (const OptionName& name : table.names) {
      const OptionRow& row = *name.row;
      EXPECT_FALSE(row.help.empty()) << row.spellings;
      EXPECT_EQ(row.value == ValueKind::None, row.value_names.empty()) << row.spellings;
      EXPECT_TRUE(row.apply != nullptr || name.effect != Effect::Implemented) << row.spellings;
    }
  }
}

TEST_P(TableTest, NamesAreUniqueWithAndWithoutNo) {
  for (const OptionTable& table : tables()) {
    std::vector<std::string> names;
    for (const OptionName& name : table.names) {
      names.emplace_back(name.name);
      if (!name.negation.empty()) names.push_back(std::string(name.negation) + std::string(name.name));
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    EXPECT_EQ(twice, names.end()) << (twice == names.end() ? "" : *twice);
  }
}

TEST_P(TableTest, EverySpellingFindsItsRow) {
  for (const OptionTable& table : tables()) {
    for (const OptionName& name : table.names) {
      const std::string dashes(std::min(name.spelling.find_first_not_of('-'), size_t{2}), '-');
      const bool is_joined = name.row->value == ValueKind::Joined;
      const std::string word = dashes + std::string(name.name) + (is_joined ? "value" : "");
      const auto match = find_option(table, word);
      ASSERT_TRUE(match) << word;
      EXPECT_EQ(match->entry, &name) << word;
      EXPECT_EQ(match->is_on, true);
      if (name.negation.empty()) continue;
      const auto negated = find_option(table, dashes + std::string(name.negation) + std::string(name.name));
      ASSERT_TRUE(negated) << word;
      EXPECT_EQ(negated->entry, &name) << word;
      EXPECT_FALSE(negated->is_on);
    }
  }
}

// Any words give options or errors; sanitizers watch.
TEST_P(TableTest, SurvivesArbitraryWords) {
  std::mt19937 random(1);
  const auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
  static constexpr std::string_view kTails[] = {"", "", "=", "=0x", "=1", "x", "=a=b", " ", "=json:", "\xff"};
  for (int i = 0; i < 5000; i++) {
    Words words;
    for (size_t count = random() % 6; count > 0; count--) {
      const OptionTable table = pick(tables());
      std::string word =
          table.names.empty() ? "-" : std::string(pick(table.names).spelling) + std::string(pick(kTails));
      if (random() % 4 == 0) word.erase(random() % word.size(), 1);
      words.push_back(std::move(word));
    }
    const Parsed parsed = parse_as(GetParam(), words, {{"x", "@x"}});
    EXPECT_TRUE(!parsed.line.should_link || parsed.errors.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Dialects, TableTest, testing::Values("ld", "ld64.xld"));

// --- The Darwin dialect

TEST(DarwinCommandLine, AcceptsWhatClangPasses) {
  const Parsed parsed = parse_as("/x/ld64.xld", {"-demangle",
                                                 "-lto_library",
                                                 "/l",
                                                 "-no_deduplicate",
                                                 "-dynamic",
                                                 "-arch",
                                                 "x86_64",
                                                 "-platform_version",
                                                 "macos",
                                                 "10.15.0",
                                                 "11.3",
                                                 "-syslibroot",
                                                 "/sdk",
                                                 "-mllvm",
                                                 "-enable-linkonceodr-outlining",
                                                 "-o",
                                                 "a.out",
                                                 "-L/usr/lib",
                                                 "h.o",
                                                 "-lSystem"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_TRUE(parsed.line.should_link);
  const Options& options = parsed.options();
  EXPECT_EQ(options.target.format, ObjectFormat::MachO);
  EXPECT_EQ(options.target.cpu, Cpu::X86_64);
  EXPECT_EQ(options.target.os, OperatingSystem::Darwin);
  EXPECT_EQ(options.platform.platform, "macos");
  EXPECT_EQ(options.platform.minimum_os, 0x000a0f00u);
  EXPECT_EQ(options.platform.sdk, 0x000b0300u);
  EXPECT_EQ(options.sysroot, "/sdk");
  EXPECT_EQ(options.entry, "");  // the format knows: _main, or start
  ASSERT_EQ(options.inputs.size(), 2u);
  EXPECT_EQ(options.inputs[1].name, "System");
}

TEST(DarwinCommandLine, VersionsAreChecked) {
  EXPECT_EQ(parse_as("ld64.xld", {"a.o", "-macosx_version_min", "10.8.05"}).options().platform.minimum_os, 0x000a0805u);
  for (const char* bad : {"", "10.", "10.x", "1.2.3.4", "10.256", "70000", "-1", ".1"}) {
    EXPECT_EQ(parse_as("ld64.xld", {"a.o", "-macosx_version_min", bad}).errors.size(), 1u) << bad;
  }
}

TEST(DarwinCommandLine, ValuesAreSeparateWords) {
  EXPECT_EQ(parse_as("ld64.xld", {"a.o", "-platform_version", "macos", "10.15"}).errors,
            Words{"-platform_version: missing argument: PLATFORM MINIMUM SDK"});
  EXPECT_EQ(parse_as("ld64.xld", {"a.o", "-ofile"}).errors.size(), 1u);
  EXPECT_EQ(parse_as("ld64.xld", {"a.o", "-arch=x86_64"}).errors, Words{"-arch takes its value as a word: CPU"});
  const Parsed hidden = parse_as("ld64.xld", {"a.o", "-hidden-lm", "-weak_framework", "Metal"});
  EXPECT_EQ(hidden.errors, Words{});
  EXPECT_EQ(hidden.input(1).name, "m");
  EXPECT_TRUE(hidden.input(1).hides_definitions);
  EXPECT_EQ(hidden.input(2).kind, InputKind::Framework);
  EXPECT_EQ(hidden.input(2).use, LibraryUse::Weak);
}

// What clang's driver passes for a program and for a library.
TEST(DarwinCommandLine, TakesWhatDriversPass) {
  const Parsed parsed = parse_as("ld64.xld", {"-demangle",
                                              "-lto_library",
                                              "/x/libLTO.dylib",
                                              "-no_deduplicate",
                                              "-dynamic",
                                              "-arch",
                                              "arm64",
                                              "-platform_version",
                                              "macos",
                                              "12.0.0",
                                              "13.1",
                                              "-syslibroot",
                                              "/sdk",
                                              "-mllvm",
                                              "-x",
                                              "-o",
                                              "out",
                                              "-L/usr/lib",
                                              "-dylib",
                                              "-install_name",
                                              "@rpath/x",
                                              "-current_version",
                                              "1.2",
                                              "-compatibility_version",
                                              "1",
                                              "-headerpad_max_install_names",
                                              "-export_dynamic",
                                              "-object_path_lto",
                                              "/tmp/l.o",
                                              "-objc_abi_version",
                                              "2",
                                              "-debug_variant",
                                              "-ld_classic",
                                              "-executable_path",
                                              "/x",
                                              "-single_module",
                                              "-segprot",
                                              "__TEXT",
                                              "rx",
                                              "rx",
                                              "-ObjC",
                                              "a.o",
                                              "-lSystem"});
  EXPECT_EQ(parsed.errors, Words{});
  EXPECT_EQ(parsed.options().darwin.current_version, 0x10200u);
  EXPECT_EQ(parsed.options().darwin.protections.at(0).initial, 5u);
  EXPECT_TRUE(parsed.options().is_shared);
}

TEST(DarwinCommandLine, FileListsAreRead) {
  const Parsed parsed =
      parse_as("ld64.xld", {"-filelist", "l,obj", "-filelist", "l", "-filelist", "none"}, {{"l", "a b.o\n\nc.o"}});
  EXPECT_EQ(parsed.errors, Words{"cannot open none: it cannot be read"});
  ASSERT_EQ(parsed.options().inputs.size(), 4u);
  EXPECT_EQ(parsed.input(0).name, "obj/a b.o");
  EXPECT_EQ(parsed.input(3).name, "c.o");
}

TEST(Dialect, FollowsTheProgramsName) {
  for (const char* name : {"ld", "xld", "ld.xld", "/opt/ld64/ld"}) EXPECT_EQ(dialect_for(name).name, "gnu") << name;
  EXPECT_EQ(dialect_for("/usr/bin/ld64.xld").name, "darwin");
  for (const char* name : {"6l", "/go/bin/8l"}) EXPECT_EQ(dialect_for(name).name, "historical") << name;
  EXPECT_EQ(dialect_for("ld", Words{"-Hlinux"}).name, "historical");
}

TEST(Dialect, OldLettersMeanWhatTheyMeant) {
  const Parsed parsed = parse_as("ld", {"-H7", "-T", "0x1000", "-D0x9000", "-R", "4096", "-E", "begin", "-d", "-s",
                                        "-Ttext-segment=0x400000", "a.o"});
  EXPECT_EQ(parsed.errors, Words{});
  const Options& options = parsed.options();
  EXPECT_EQ(options.target.os, OperatingSystem::Linux);
  EXPECT_EQ(options.section_start.at(".text"), 0x1000u);
  EXPECT_EQ(options.section_start.at(".data"), 0x9000u);
  EXPECT_EQ(options.max_page_size, 4096u);
  EXPECT_EQ(options.entry, "begin");
  EXPECT_TRUE(options.is_static);
  EXPECT_EQ(options.strip, StripMode::All);
  EXPECT_EQ(options.text_segment, 0x400000u);
  EXPECT_EQ(parse_as("6l", {"a.o"}).options().target.cpu, Cpu::X86_64);
  EXPECT_EQ(parse_as("8l", {"a.o"}).options().target.cpu, Cpu::I386);
  EXPECT_TRUE(parse_as("ld", {"-E", "a.o"}).options().export_dynamic);
}

}  // namespace
}  // namespace xld
