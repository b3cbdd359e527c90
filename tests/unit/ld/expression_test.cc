// Expressions: precedence, numbers, functions, which values stay relative to a section, and every error.
#include "ld/expression.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace xld {
namespace {

class FakeLink final : public ExpressionEnvironment {
 public:
  std::optional<ExpressionValue> find_symbol(std::string_view name) const override {
    if (name == "a") return ExpressionValue{0x1010, SectionId{1u}};
    if (name == "b") return ExpressionValue{0x1030, SectionId{1u}};
    if (name == "c") return ExpressionValue{0x2000, SectionId{2u}};
    if (name == "n" || name == "MAX" || name == "with space" || name == "$g") return ExpressionValue{7, {}};
    return std::nullopt;
  }
  std::optional<SectionFacts> find_section(std::string_view name) const override {
    if (name == ".text" || name == ".note.gnu-x") return SectionFacts{SectionId{1u}, 0x1000, 0x9000, 0x123, 16};
    return std::nullopt;
  }
  uint64_t max_page_size() const override { return 0x10000; }
  uint64_t common_page_size() const override { return 0x1000; }
  uint64_t headers_size() const override { return 0x238; }
};

Result<ExpressionValue> evaluate(std::string_view text) {
  const auto expression = Expression::parse(text);
  if (!expression) return expression.error();
  return expression->evaluate(FakeLink());
}

uint64_t value(std::string_view text) {
  const auto result = evaluate(text);
  EXPECT_TRUE(result) << text << ": " << result.error().message;
  return result ? result->address : 0xdead;
}

SectionId section(std::string_view text) {
  const auto result = evaluate(text);
  EXPECT_TRUE(result) << text;
  return result ? result->section : SectionId{99u};
}

std::string error(std::string_view text) {
  const auto result = evaluate(text);
  EXPECT_FALSE(result) << text;
  return result ? "" : result.error().message;
}

TEST(Expression, ReadsNumbersInAllForms) {
  EXPECT_EQ(value("31"), 31u);
  EXPECT_EQ(value("0x1F"), 31u);
  EXPECT_EQ(value("$1f"), 31u);
  EXPECT_EQ(value("1fh"), 31u);
  EXPECT_EQ(value("1fX"), 31u);
  EXPECT_EQ(value("037"), 31u);
  EXPECT_EQ(value("37o"), 31u);
  EXPECT_EQ(value("11111b"), 31u);
  EXPECT_EQ(value("31D"), 31u);
  EXPECT_EQ(value("0"), 0u);
  EXPECT_EQ(value("4K"), 4096u);
  EXPECT_EQ(value("0x1m"), 1u << 20);
  EXPECT_EQ(value("0x1b"), 0x1bu);
  EXPECT_EQ(value("0xffffffffffffffff"), UINT64_MAX);
  EXPECT_EQ(value("$g"), 7u);
}

TEST(Expression, FollowsTheOperatorsOfC) {
  EXPECT_EQ(value("2+3*4"), 14u);
  EXPECT_EQ(value("(2+3)*4"), 20u);
  EXPECT_EQ(value("10-3-2"), 5u);
  EXPECT_EQ(value("100/5%7"), 6u);
  EXPECT_EQ(value("1<<4|3"), 19u);
  EXPECT_EQ(value("6&3^1|8"), 11u);
  EXPECT_EQ(value("1|2==2"), 1u);
  EXPECT_EQ(value("~0>>63"), 1u);
  EXPECT_EQ(value("- -5"), 5u);
  EXPECT_EQ(value("!5+!0"), 1u);
  EXPECT_EQ(value("1 ? 2 : 0 ? 3 : 4"), 2u);
  EXPECT_EQ(value("0 ? 2 : 0 ? 3 : 4"), 4u);
  EXPECT_EQ(value("1<2&&2<=2&&3>2&&3>=3&&1!=2||0"), 1u);
  EXPECT_EQ(value("1<<64"), 0u);
  EXPECT_EQ(value("-7/2"), static_cast<uint64_t>(-3));
  EXPECT_EQ(value("(1<<63)/-1"), 1ull << 63);
  EXPECT_EQ(value("(1<<63)%-1"), 0u);
  EXPECT_EQ(value("-1>0"), 1u);  // comparisons are unsigned
}

TEST(Expression, CallsFunctions) {
  EXPECT_EQ(value("ADDR(.text)"), 0x1000u);
  EXPECT_EQ(value("ADDR( .note.gnu-x )"), 0x1000u);
  EXPECT_EQ(value("ADDR(\".text\")+1"), 0x1001u);
  EXPECT_EQ(value("LOADADDR(.text)"), 0x9000u);
  EXPECT_EQ(value("SIZEOF(.text)"), 0x123u);
  EXPECT_EQ(value("SIZEOF(.none)"), 0u);
  EXPECT_EQ(value("ALIGNOF(.text)"), 16u);
  EXPECT_EQ(value("ALIGN(a, 0x100)"), 0x1100u);
  EXPECT_EQ(value("ALIGN(10, 3)"), 12u);
  EXPECT_EQ(value("ALIGN(10, 0)"), 10u);
  EXPECT_EQ(value("DEFINED(a) + DEFINED(zz)"), 1u);
  EXPECT_EQ(value("MAX(3, 4) * MIN(3, 4)"), 12u);
  EXPECT_EQ(value("LOG2CEIL(0)+LOG2CEIL(1)+LOG2CEIL(5)"), 3u);
  EXPECT_EQ(value("CONSTANT(MAXPAGESIZE) + CONSTANT (COMMONPAGESIZE)"), 0x11000u);
  EXPECT_EQ(value("SIZEOF_HEADERS"), 0x238u);
  EXPECT_EQ(value("MAX + \"with space\""), 14u);
}

TEST(Expression, KeepsTheSectionWhereItHasOne) {
  const SectionId one{1u}, none;
  EXPECT_EQ(section("a"), one);
  EXPECT_EQ(section("a + 4"), one);
  EXPECT_EQ(section("4 + (a)"), one);
  EXPECT_EQ(section("a - 4"), one);
  EXPECT_EQ(section("1 ? a : c"), one);
  EXPECT_EQ(section("ALIGN(a, 16)"), one);
  EXPECT_EQ(section("MAX(a, b)"), one);
  EXPECT_EQ(section("ADDR(.text)"), one);
  EXPECT_EQ(section("MAX(a, c)"), none);
  EXPECT_EQ(section("ABSOLUTE(a)"), none);
  EXPECT_EQ(section("b - a"), none);
  EXPECT_EQ(value("b - a"), 0x20u);
  EXPECT_EQ(section("a + c"), none);
  EXPECT_EQ(section("a & 0xff0"), none);
  EXPECT_EQ(section("4 - a"), none);
  EXPECT_EQ(section("n"), none);
}

TEST(Expression, AsksOnlyForWhatDecides) {
  EXPECT_EQ(value("DEFINED(zz) ? zz : 5"), 5u);
  EXPECT_EQ(value("DEFINED(zz) && zz"), 0u);
  EXPECT_EQ(value("1 || zz"), 1u);
}

TEST(Expression, ListsReferences) {
  const auto expression = Expression::parse("DEFINED(x) ? a : \"q r\" + ADDR(.text)");
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->referenced_symbols(), (std::vector<std::string_view>{"a", "q r"}));
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error(""), "column 1: expected a number, a symbol or '('");
  EXPECT_EQ(error("1 +"), "column 4: expected a number, a symbol or '('");
  EXPECT_EQ(error("1 2"), "column 3: expected an operator, found '2'");
  EXPECT_EQ(error("(1"), "column 3: expected ')' to close the parenthesis");
  EXPECT_EQ(error("1 ? 2"), "column 6: expected ':' after the second operand of '?'");
  EXPECT_EQ(error("4/(2-2)"), "column 2: division by zero");
  EXPECT_EQ(error("4%0"), "column 2: division by zero");
  EXPECT_EQ(error("n + zz"), "column 5: undefined symbol: zz");
  EXPECT_EQ(error(". + 4"), "column 1: the location counter has no value outside of SECTIONS");
  EXPECT_EQ(error("ALIGN(16)"), "column 1: the location counter has no value outside of SECTIONS");
  EXPECT_EQ(error("ADDR(.none)"), "column 1: the output has no section .none");
  EXPECT_EQ(error("MAX(1)"), "column 6: expected ',' and the second argument of MAX");
  EXPECT_EQ(error("CONSTANT(PI)"), "column 12: expected MAXPAGESIZE or COMMONPAGESIZE");
  EXPECT_EQ(error("ORIGIN(ram)"), "column 1: ORIGIN is not supported here");
  EXPECT_EQ(error("18446744073709551616"), "column 1: 18446744073709551616 is not a number of 64 bits");
  EXPECT_EQ(error("09"), "column 1: 09 is not a number of 64 bits");
  EXPECT_EQ(error("\"abc"), "column 1: this quote is not closed");
  error("ADDR("), error("ADDR()"), error("ADDR(\"x)"), error("a = 4"), error("\"\"");
  error(std::string_view("a\0b", 3));
}

TEST(Expression, RefusesWhatIsTooDeep) {
  std::string sum = "1";
  for (int i = 0; i < 100; i++) sum += "+1";
  EXPECT_EQ(value(sum), 101u);
  for (int i = 0; i < 100000; i++) sum += "+1";
  error(sum);
  error(std::string(100000, '('));
  error(fmt::format("{:->100000}", 1));
  std::string conditions;
  for (int i = 0; i < 100000; i++) conditions += "1?1:";
  error(conditions + "1");
}

}  // namespace
}  // namespace xld
