#include "ld/undefined_hints.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

TEST(MangledStem, NamesTheFunctionWithoutItsParameters) {
  EXPECT_EQ(mangled_stem("_Z3fooi"), "_Z3foo");
  EXPECT_EQ(mangled_stem("_Z3foo"), "_Z3foo");
  EXPECT_EQ(mangled_stem("_ZN5space7missingEl"), "_ZN5space7missingE");
  EXPECT_EQ(mangled_stem("_ZNK5space7missingEl"), "_ZNK5space7missingE");
}

TEST(MangledStem, IsEmptyForWhatItDoesNotRead) {
  for (const char* name : {"", "foo", "_Z", "_ZN", "_Z9foo", "_Z99999999999foo", "_ZplRK1AS1_", "_ZN5space"})
    EXPECT_TRUE(mangled_stem(name).empty()) << name;
}

TEST(PlainName, IsThatOfAFunctionOutsideOfNamespaces) {
  EXPECT_EQ(plain_name_of_stem("_Z3foo"), "foo");
  EXPECT_EQ(plain_name_of_stem("_ZN5space7missingE"), "");
  EXPECT_EQ(plain_name_of_stem(""), "");
}

TEST(UsualProvider, KnowsLibrariesByPrefixOrWholeName) {
  EXPECT_NE(usual_provider("_ZNSt6thread4joinEv").find("-lstdc++"), std::string_view::npos);
  EXPECT_NE(usual_provider("sin").find("-lm"), std::string_view::npos);
  EXPECT_EQ(usual_provider("since"), "");
  EXPECT_EQ(usual_provider("my_function"), "");
}

}  // namespace
}  // namespace xld
