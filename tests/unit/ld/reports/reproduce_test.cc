// Reproductions: where files go in the archive, and how the command line is rewritten.
#include "ld/reports/reproduce.h"

#include <gtest/gtest.h>

#include "ld/command_line.h"

namespace xld {
namespace {

using OpenedFile = InputFinder::OpenedFile;

std::vector<OpenedFile> files_of(const std::vector<std::string>& paths) {
  std::vector<OpenedFile> files;
  for (const std::string& path : paths) files.push_back({path, {}, files.size(), OpenedFile::Role::Input});
  return files;
}

std::string response_of(const std::vector<std::string>& words, const std::vector<OpenedFile>& files) {
  std::vector<std::string> arguments{"ld"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  Diagnostics diagnostics;
  const CommandLine command = parse_command_line(arguments, {}, diagnostics);
  EXPECT_FALSE(diagnostics.failed());
  return response_text(command.options, files);
}

TEST(ReproducedPaths, KeepsRelativePaths) {
  const ReproducedPaths paths(files_of({"a.o", "sub/./x//b.o"}));
  EXPECT_EQ(paths.name("a.o"), "a.o");
  EXPECT_EQ(paths.name("sub/./x//b.o"), "sub/x/b.o");
  EXPECT_EQ(paths.place("a.o"), "a.o");
  EXPECT_EQ(paths.response_place(), "response.txt");
}

TEST(ReproducedPaths, MovesAbsolutePathsBelowARootOfTheirOwn) {
  EXPECT_EQ(ReproducedPaths(files_of({"/lib/../usr/x.a"})).name("/lib/../usr/x.a"), "root/usr/x.a");
  const ReproducedPaths paths(files_of({"/lib/x.a", "root/lib/x.a"}));
  EXPECT_NE(paths.name("/lib/x.a"), paths.name("root/lib/x.a"));
}

TEST(ReproducedPaths, MakesRoomForPathsThatLeaveTheDirectory) {
  const ReproducedPaths paths(files_of({"a.o", "../../up/b.o", "/abs/c.o"}));
  EXPECT_EQ(paths.response_place(), "work/work/response.txt");
  EXPECT_EQ(paths.name("../../up/b.o"), "../../up/b.o");
  EXPECT_EQ(paths.place("../../up/b.o"), "up/b.o");
  EXPECT_EQ(paths.place("a.o"), "work/work/a.o");
  EXPECT_EQ(paths.place("/abs/c.o"), "work/work/root/abs/c.o");
}

TEST(ReproducedPaths, ProtectsItsOwnFilesAndOptions) {
  const ReproducedPaths paths(files_of({"response.txt", "./-x.o", "./@y.o"}));
  EXPECT_NE(paths.place("response.txt"), paths.response_place());
  EXPECT_EQ(paths.name("./-x.o"), "./-x.o");
  EXPECT_EQ(paths.name("./@y.o"), "./@y.o");
}

TEST(ResponseText, NamesTheFilesThatWereFound) {
  EXPECT_EQ(response_of({"a.o", "-L", "/usr/lib", "-lm", "-Lx", "--library=c", "-o", "dir/out", "--gc-sections"},
                        {{"a.o", {}, 0, OpenedFile::Role::Input},
                         {"/usr/lib/libm.a", {}, 1, OpenedFile::Role::Script},
                         {"/usr/lib/libm-2.a", {}, 1, OpenedFile::Role::Input},
                         {"/usr/lib/libmvec.a", {}, 1, OpenedFile::Role::Input},
                         {"x/libc.a", {}, 2, OpenedFile::Role::Input},
                         {"x/thin/member.o", {}, 2, OpenedFile::Role::ThinMember}}),
            "a.o\nroot/usr/lib/libm-2.a\nroot/usr/lib/libmvec.a\nx/libc.a\n-o\nout\n--gc-sections\n");
}

TEST(ResponseText, LeavesReportsOutAndOptionsAlone) {
  EXPECT_EQ(response_of({"-Map", "map", "--Map=map", "--reproduce", "r.tar", "-t", "--cref", "-z", "relro", "--defsym",
                         "a=b", "--start-group", "a.o", "--end-group", "-y", "x"},
                        files_of({"ignored", "a.o"})),
            "-z\nrelro\n--defsym\na=b\n--start-group\na.o\n--end-group\n");
}

TEST(ResponseText, MovesFilesThatSetSomething) {
  const std::vector<OpenedFile> files{{"a.o", {}, 0, OpenedFile::Role::Input},
                                      {"/names", {}, 0, OpenedFile::Role::Setting}};
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"a.o", "--retain-symbols-file=/names"}, {"a.o", "-retain-symbols-file", "/names"}})
    EXPECT_EQ(response_of(words, files), "a.o\n--retain-symbols-file\nroot/names\n");
}

TEST(ResponseText, QuotesWords) {
  EXPECT_EQ(response_of({"a \"b\\.o", "-u", ""}, files_of({"a \"b\\.o"})), "\"a \\\"b\\\\.o\"\n-u\n\"\"\n");
}

TEST(ResponseText, KeepsWordsThatLedNowhere) {
  EXPECT_EQ(response_of({"missing.o", "-lnone"}, {}), "missing.o\n-lnone\n");
}

TEST(ResponseText, TakesWordsAfterTwoDashesAsInputs) {
  EXPECT_EQ(response_of({"--", "-x.o"}, files_of({"-x.o"})), "--\n./-x.o\n");
}

}  // namespace
}  // namespace xld
