// Version scripts and lists: what is read, what is refused, and which version a name gets.
#include "formats/elf/version_script.h"

#include <gtest/gtest.h>

#include "formats/elf/script.h"
#include "formats/elf/version_matcher.h"

namespace xld::elf {
namespace {

VersionScript parsed(std::string_view text) {
  VersionScript script;
  const auto error = parse_version_script(as_bytes(text), "v.map", script);
  EXPECT_FALSE(error) << error->message;
  return script;
}

std::string error_of(std::string_view text) {
  VersionScript script;
  const auto error = parse_version_script(as_bytes(text), "v.map", script);
  return error ? error->message : "";
}

std::string list_error_of(std::string_view text) {
  std::vector<VersionPattern> patterns;
  const auto error = parse_symbol_list(as_bytes(text), "d.list", patterns);
  return error ? error->message : "";
}

// "V1", "local" or "-", and "!" after exact matches.
std::string chosen(const VersionScript& script, std::string_view name) {
  const VersionChoice choice = VersionMatcher(script).match(name);
  if (!choice.is_found()) return "-";
  return (choice.is_local ? "local" : script.nodes[choice.node].name) + (choice.is_exact ? "!" : "");
}

TEST(VersionScript, ReadsNodesWithParents) {
  const auto script = parsed(
      "# comment\nV1 { global: a; b*; local: *; };\nV2 { /* none */ } V1;\n"
      "V3 { c; extern \"C++\" { \"ns::f(int)\"; ns::*; extern \"C\" { d } }; local: e; global: f; } V1 V2;");
  ASSERT_EQ(script.nodes.size(), 3u);
  EXPECT_EQ(script.nodes[0].patterns.size(), 3u);
  EXPECT_TRUE(script.nodes[0].patterns[2].is_local);
  EXPECT_EQ(script.nodes[2].parents, (std::vector<uint16_t>{0, 1}));
  const auto& patterns = script.nodes[2].patterns;
  ASSERT_EQ(patterns.size(), 6u);
  EXPECT_EQ(patterns[1].text, "ns::f(int)");
  EXPECT_TRUE(patterns[1].is_demangled && patterns[1].is_literal);
  EXPECT_FALSE(patterns[2].is_literal);
  EXPECT_FALSE(patterns[3].is_demangled);
  EXPECT_TRUE(patterns[4].is_local);
  EXPECT_FALSE(patterns[5].is_local);
  EXPECT_EQ(patterns[5].line, 4u);
}

TEST(VersionScript, SeveralScriptsAddUp) {
  VersionScript script = parsed("V1 { a; };");
  EXPECT_FALSE(parse_version_script(as_bytes("V2 { b; } V1;"), "w.map", script));
  EXPECT_EQ(script.nodes[1].path, "w.map");
  const auto error = parse_version_script(as_bytes("{ c; };"), "x.map", script);
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("x.map:1:1: a version without a name cannot be combined"), std::string::npos);
}

TEST(VersionScript, KeywordsMayBeSymbols) {
  const auto script = parsed("{ global; local; extern; local: *; };");
  EXPECT_EQ(script.nodes[0].patterns.size(), 4u);
  EXPECT_EQ(chosen(script, "global"), "!");
}

TEST(VersionScript, QuotesTakeNamesAsTheyAre) {
  const auto script = parsed("V { \"a*\"; b\\*; [c]; };");
  EXPECT_EQ(chosen(script, "a*"), "V!");
  EXPECT_EQ(chosen(script, "ab"), "-");
  EXPECT_EQ(chosen(script, "b*"), "V!");
  EXPECT_EQ(chosen(script, "c"), "V");
}

TEST(VersionScript, InLinkerScripts) {
  const auto script = parse_script(as_bytes("VERSION { V1 { a; }; V2 { b; } V1; }\nENTRY(x)"), "s.ld");
  ASSERT_TRUE(script) << script.error().message;
  ASSERT_EQ(script->versions.size(), 1u);
  EXPECT_EQ(script->versions[0], 9u);
  EXPECT_EQ(script->entry, "x");
  const auto broken = parse_script(as_bytes("VERSION { V1 { a }; }"), "s.ld");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message,
            "s.ld:1:18: expected ';' after the symbol\n  VERSION { V1 { a }; }\n                   ^");
}

TEST(VersionScript, SaysWhereItIsWrong) {
  EXPECT_EQ(error_of("V1 {\n  global a;\n};"),
            "v.map:2:10: expected ';' after the symbol\n    global a;\n           ^");
  EXPECT_EQ(error_of("V1 { a; }"),
            "v.map:1:10: expected a version it depends on, or ';', found the end of the file\n"
            "  V1 { a; }\n           ^");
  const std::pair<const char*, const char*> cases[] = {
      {"V1 { a; } V0;", "1:11: version V1 depends on V0, which is not defined before it"},
      {"V1 { a; }; V1 { b; };", "1:12: version V1 is there already"},
      {"{ a; }; { b; };", "1:9: there is a version without a name already"},
      {"{ a; }; V { b; };", "1:9: a version without a name cannot be combined"},
      {"V1 { a; }; V2 { local: a; };", "1:24: 'a' is local here, but global in version V1"},
      {"V1 { local: a*; }; V2 { a*; };", "1:25: 'a*' is global here, but local in version V1"},
      {"V1 { extern \"Java\" { a; }; };", "1:13: unknown language \"Java\""},
      {"V1 { extern \"C\" { local: a; }; };", "1:19: 'local:' cannot stand in an extern block"},
      {"V1 { a", "1:7: expected ';' after the symbol"},
      {"V1 { a;", "1:8: expected a symbol or '}', found the end of the file"},
      {"V1 { ; };", "1:6: expected a symbol or '}'"},
      {"V1 { \"a; };", "1:6: this quote is not closed"},
      {"V1 /* ", "1:4: unclosed comment"},
      {"V1 a;", "1:4: expected '{' before the version's symbols"},
      {"}", "1:1: expected a version"},
      {"V1 { global: a; :b; };", "1:17: expected a symbol or '}'"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_NE(error_of(text).find(message), std::string::npos) << error_of(text);
}

TEST(VersionScript, DeepNestingEnds) {
  std::string text = "{ ";
  for (int i = 0; i < 100000; i++) text += "extern \"C\" { ";
  EXPECT_NE(error_of(text).find("too many extern blocks"), std::string::npos);
}

TEST(SymbolList, ReadsPatterns) {
  std::vector<VersionPattern> patterns;
  EXPECT_FALSE(parse_symbol_list(as_bytes("{ a; b*; extern \"C++\" { c::*; }; };\n{ d; };"), "d.list", patterns));
  ASSERT_EQ(patterns.size(), 4u);
  EXPECT_TRUE(patterns[2].is_demangled);
  EXPECT_NE(list_error_of("{ global: a; };").find("d.list:1:3: a list of symbols has no"), std::string::npos);
  EXPECT_NE(list_error_of("{ a; }").find("d.list:1:7: expected ';' after the list"), std::string::npos);
  EXPECT_NE(list_error_of("a;").find("d.list:1:1: expected '{'"), std::string::npos);
}

// --- Which version

TEST(VersionMatcher, ExactNamesComeBeforeGlobs) {
  const auto script = parsed("V1 { foo*; local: bar; }; V2 { foo_x; bar*; }; V3 { foo_last; local: *; };");
  EXPECT_EQ(chosen(script, "foo_x"), "V2!");
  EXPECT_EQ(chosen(script, "foo_y"), "V1");
  EXPECT_EQ(chosen(script, "foo_last"), "V3!");
  EXPECT_EQ(chosen(script, "bar"), "local!");
  EXPECT_EQ(chosen(script, "bar2"), "V2");
  EXPECT_EQ(chosen(script, "else"), "local");
}

TEST(VersionMatcher, TheFirstExactNameAndTheLastGlobCount) {
  const auto script = parsed("V1 { a; g*; }; V2 { a; ga*; }; V3 { local: gab*; };");
  EXPECT_EQ(chosen(script, "a"), "V1!");
  EXPECT_EQ(chosen(script, "gabc"), "V2");
  EXPECT_EQ(chosen(script, "gx"), "V1");
}

TEST(VersionMatcher, StarsComeLast) {
  EXPECT_EQ(chosen(parsed("V1 { *; local: a*; };"), "abc"), "local");
  EXPECT_EQ(chosen(parsed("V1 { *; local: a*; };"), "b"), "V1");
  EXPECT_EQ(chosen(parsed("V1 { *; }; V2 { b*; local: a*; };"), "b"), "V2");
  EXPECT_EQ(chosen(parsed("V1 { global: *; local: b; };"), "b"), "local!");
  EXPECT_EQ(chosen(parsed("V1 { a; };"), "b"), "-");
  EXPECT_EQ(chosen(parsed("V1 { a; local: a; };"), "a"), "V1!");
}

TEST(VersionMatcher, DemangledNames) {
  const auto script = parsed(
      "V1 { extern \"C++\" { \"ns::f(int)\"; ns::g*; plain; \"typeinfo for A\" }; };\n"
      "V2 { _ZN2ns1fEi; _ZN2ns1hEv; local: *; };");
  EXPECT_EQ(chosen(script, "_ZN2ns1fEi"), "V1!");
  EXPECT_EQ(chosen(script, "_ZN2ns1gEv"), "V1");
  EXPECT_EQ(chosen(script, "_ZN2ns1hEv"), "V2!");
  EXPECT_EQ(chosen(script, "plain"), "V1!");
  EXPECT_EQ(chosen(script, "_ZTI1A"), "V1!");
  EXPECT_EQ(chosen(script, "_ZN2ns1iEv"), "local");
}

TEST(VersionMatcher, ReportsWhatNothingMatched) {
  const auto script =
      parsed("V1 { used; unused; glob*; extern \"C++\" { \"x()\"; unused; }; local: l; }; V2 { twice; };");
  const VersionMatcher matcher(script);
  static_cast<void>(matcher.match("used"));
  matcher.note_versioned("twice", 0);
  std::string names;
  for (const auto& [node, pattern] : matcher.unused()) names += node->name + ":" + pattern->text + " ";
  EXPECT_EQ(names, "V1:unused V1:x() V1:unused V2:twice ");
  matcher.note_versioned("twice", 1);
  EXPECT_EQ(matcher.unused().size(), 3u);
}

}  // namespace
}  // namespace xld::elf
