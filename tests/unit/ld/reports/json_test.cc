// JsonWriter: punctuation, and strings that are no UTF-8.
#include "ld/reports/json.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

std::string string_of(std::string_view text) {
  JsonWriter json;
  json.value(text);
  std::string result = json.take();
  result.pop_back();
  return result;
}

TEST(Json, SeparatesMembersAndElements) {
  JsonWriter json;
  json.begin_object();
  json.member("name", "x");
  json.key("list");
  json.begin_array();
  json.value(uint64_t{1});
  json.address(0x401000);
  json.end_array();
  json.key("none");
  json.begin_array();
  json.end_array();
  json.raw_member("is", "true");
  json.end_object();
  EXPECT_EQ(json.take(),
            "{\n \"name\": \"x\",\n \"list\": [\n  1,\n  \"0x401000\"\n ],\n \"none\": [],\n \"is\": true\n}\n");
}

TEST(Json, KeepsDeepObjectsOnOneLine) {
  JsonWriter json;
  for (int i = 0; i < 4; i++) json.begin_array();
  json.begin_object();
  json.member("a", uint64_t{1});
  json.member("b", uint64_t{2});
  json.end_object();
  for (int i = 0; i < 4; i++) json.end_array();
  EXPECT_NE(json.take().find("[{\"a\": 1, \"b\": 2}]"), std::string::npos);
}

TEST(Json, EscapesWhatJsonReserves) {
  EXPECT_EQ(string_of("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(string_of(std::string_view("\0\n\x1f\x7f", 4)), R"("\u0000\u000a\u001f\u007f")");
}

TEST(Json, PassesUtf8) {
  for (const std::string_view text : {"\u00e9", "\u20ac", "\U0001f517", "\ud7ff", "\U0010ffff"})
    EXPECT_EQ(string_of(text), '"' + std::string(text) + '"');
}

TEST(Json, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(string_of("a\xff"
                      "b"),
            R"("a\ufffdb")");
  EXPECT_EQ(string_of("\xc3"), R"("\ufffd")");                      // cut off
  EXPECT_EQ(string_of("\xc0\xaf"), R"("\ufffd\ufffd")");            // overlong
  EXPECT_EQ(string_of("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // a surrogate
  EXPECT_EQ(string_of("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

}  // namespace
}  // namespace xld
