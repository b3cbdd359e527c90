// Linker scripts as inputs: what each command gives, and the place each error points at.
#include "formats/elf/script.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace xld::elf {
namespace {

Script parse(std::string_view text) {
  auto script = parse_script(as_bytes(text), "x.ld");
  EXPECT_TRUE(script) << script.error().message;
  return script ? *script : Script();
}

std::string error(std::string_view text) {
  const auto script = parse_script(as_bytes(text), "x.ld");
  EXPECT_FALSE(script) << text;
  return script ? "" : script.error().message;
}

std::string first_line(std::string_view text) {
  const std::string message = error(text);
  return message.substr(0, message.find('\n'));
}

std::string show_inputs(const Script& script) {
  constexpr std::string_view kNames[] = {"", "-l", "{", "}", "include "};
  std::string text;
  for (const auto& input : script.inputs) {
    text += fmt::format("{}{}{} ", input.as_needed ? "?" : "", kNames[static_cast<size_t>(input.kind)], input.name);
  }
  return text;
}

std::string show_assignments(const Script& script) {
  constexpr std::string_view kNames[] = {"", "hidden ", "provide ", "provide_hidden "};
  std::string text;
  for (const auto& a : script.assignments) {
    text += fmt::format("{}{}={};", kNames[static_cast<size_t>(a.kind)], a.name, a.expression);
  }
  return text;
}

TEST(Script, ReadsTheScriptsOfGlibc) {
  const auto script = parse(
      "/* GNU ld script\n   Use the shared library. */\nOUTPUT_FORMAT(elf64-x86-64)\n"
      "GROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a  AS_NEEDED ( /lib64/ld-linux-x86-64.so.2 ) )\n");
  EXPECT_EQ(show_inputs(script), "{ /lib/libc.so.6 /usr/lib/libc_nonshared.a ?/lib64/ld-linux-x86-64.so.2 } ");
  EXPECT_EQ(script.output_format, "elf64-x86-64");
  EXPECT_EQ(script.inputs[1].line, 4u);
}

TEST(Script, ReadsListsOfFiles) {
  EXPECT_EQ(show_inputs(parse("INPUT(a.o,b.o , -lc -l:d.a =/e.o \"f (1).o\" $SYSROOT/g.o c++/h=i.o)")),
            "a.o b.o -lc -l:d.a =/e.o f (1).o $SYSROOT/g.o c++/h=i.o ");
  EXPECT_EQ(show_inputs(parse("INPUT(a.o) INCLUDE more.ld; INPUT(AS_NEEDED(b.so) c.o)")),
            "a.o include more.ld ?b.so c.o ");
  EXPECT_EQ(show_inputs(parse("# a comment\nINPUT(\"AS_NEEDED\") # the end")), "AS_NEEDED ");
}

TEST(Script, ReadsTheOtherCommands) {
  const auto script = parse(
      "TARGET(elf32-i386) OUTPUT_FORMAT(\"elf32-i386\", \"big\", \"little\") OUTPUT_ARCH(i386:x86-64) ENTRY(go)\n"
      "SEARCH_DIR(\"=/usr/lib\"); SEARCH_DIR(lib) EXTERN(a b, c) STARTUP(crt0.o)");
  EXPECT_EQ(script.target, "elf32-i386");
  EXPECT_EQ(script.output_format, "elf32-i386");
  EXPECT_EQ(script.output_arch, "i386:x86-64");
  EXPECT_EQ(script.entry, "go");
  EXPECT_EQ(script.search_paths, (std::vector<std::string>{"=/usr/lib", "lib"}));
  EXPECT_EQ(script.undefined, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(script.startup, "crt0.o");
}

TEST(Script, ReadsChecksAndWhatGoesWithDashR) {
  const auto script = parse(
      "ASSERT(MAX(a, b) < 4 + (1), \"too large\");\nASSERT(c, d)\nOUTPUT(\"an output\") FORCE_GROUP_ALLOCATION\n"
      "FORCE_COMMON_ALLOCATION LD_FEATURE(\"SANE_EXPR\")");
  ASSERT_EQ(script.assertions.size(), 2u);
  EXPECT_EQ(script.assertions[0].expression, "MAX(a, b) < 4 + (1)");
  EXPECT_EQ(script.assertions[0].message, "too large");
  EXPECT_EQ(script.assertions[1].message, "d");
  EXPECT_EQ(script.assertions[1].line, 2u);
  EXPECT_EQ(script.output, "an output");
  EXPECT_EQ(script.defines_common, true);
  EXPECT_TRUE(script.dissolves_groups);
  EXPECT_EQ(parse("INHIBIT_COMMON_ALLOCATION").defines_common, false);
  EXPECT_EQ(parse("").defines_common, std::nullopt);
}

TEST(Script, ReadsAssignments) {
  EXPECT_EQ(
      show_assignments(parse("a=4;b = a /* why */+ (1) ; PROVIDE(c = MAX(a, b)); PROVIDE_HIDDEN (d=1) HIDDEN(e = 2)")),
      "a=4;b=a + (1);provide c=MAX(a, b);provide_hidden d=1;hidden e=2;");
  EXPECT_EQ(show_assignments(parse("a += 2; b <<= 1 | 2; \"q;r\" = \"s;t\" + 1; INPUT = 3;")),
            "a=\"a\" + (2);b=\"b\" << (1 | 2);q;r=\"s;t\" + 1;INPUT=3;");
}

TEST(Script, PointsAtTheError) {
  EXPECT_EQ(error("INPUT(a.o)\n\tGROUP b.o"),
            "x.ld:2:8: expected '(' before the list of files\n  \tGROUP b.o\n  \t      ^");
  EXPECT_EQ(error("INPUT(a.o"),
            "x.ld:1:10: expected a file or ')', found the end of the file\n  INPUT(a.o\n           ^");
}

TEST(Script, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(first_line("SECTIONS { .text : { *(.text) } }"),
            "x.ld:1:1: SECTIONS is not part of this linker: scripts that describe the layout are not read; options "
            "such as --section-start say what most of them do");
  EXPECT_NE(first_line("MEMORY { ram : ORIGIN = 0 }").find("MEMORY is not part of this linker"), std::string::npos);
  EXPECT_NE(first_line("NOCROSSREFS(.a .b)").find("NOCROSSREFS is not part of this linker"), std::string::npos);
  EXPECT_EQ(first_line("LD_FEATURE(\"x\")"), "x.ld:1:11: unknown feature; there is SANE_EXPR only");
  EXPECT_EQ(first_line("ASSERT(1)"), "x.ld:1:9: expected ',' after the expression");
  EXPECT_EQ(first_line("ASSERT(, \"x\")"), "x.ld:1:8: expected an expression");
  EXPECT_NE(first_line("int main() {}").find("unknown command 'int'"), std::string::npos);
  EXPECT_EQ(first_line("INPUT(AS_NEEDED(AS_NEEDED(a)))"), "x.ld:1:17: AS_NEEDED stands inside AS_NEEDED");
  EXPECT_EQ(first_line(". = 4;"), "x.ld:1:1: the location counter can be set in SECTIONS only");
  EXPECT_EQ(first_line("a = 4"), "x.ld:1:6: expected ';' after the assignment");
  EXPECT_EQ(first_line("a = ;"), "x.ld:1:5: expected an expression");
  EXPECT_EQ(first_line("PROVIDE(a)"), "x.ld:1:10: expected '=' after the symbol");
  EXPECT_EQ(first_line("ENTRY(a b)"), "x.ld:1:9: expected ')'");
  EXPECT_EQ(first_line("ENTRY()"), "x.ld:1:8: expected a name between the parentheses");
  EXPECT_EQ(first_line("INPUT(-l)"), "x.ld:1:7: expected a library's name after -l");
  EXPECT_EQ(first_line("INPUT(\"a)\n\")"), "x.ld:1:7: this quote is not closed");
  EXPECT_EQ(first_line("/* x"), "x.ld:1:1: unclosed comment");
  EXPECT_EQ(first_line("INPUT(;)"), "x.ld:1:7: expected a file or ')'");
}

TEST(Script, EveryPrefixAndByteIsReadWithoutHarm) {
  const std::string text =
      "INPUT(a \"b\", AS_NEEDED(c)) a = \"x\" + 1; PROVIDE(q = (1)); EXTERN(z) INCLUDE y /* c */ # d";
  for (size_t size = 0; size <= text.size(); size++) {
    (void)parse_script(as_bytes(text.substr(0, size)), "x");
    for (const char c : {'\0', '(', ')', '"', '#', '/', '\n', '\xff'}) {
      auto changed = text;
      if (size < text.size()) changed[size] = c;
      (void)parse_script(as_bytes(changed), "x");
    }
  }
}

TEST(Script, TellsTextFromBinaries) {
  EXPECT_TRUE(looks_like_script(as_bytes("/* GNU ld script */\r\n\tINPUT(\xc3\xa4.o)\n")));
  EXPECT_FALSE(looks_like_script(as_bytes("\177ELF")));
  EXPECT_FALSE(looks_like_script(as_bytes(std::string_view("a\0", 2))));
  EXPECT_FALSE(looks_like_script({}));
}

}  // namespace
}  // namespace xld::elf
