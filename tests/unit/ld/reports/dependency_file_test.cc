// Dependency files: a rule, phony targets, and names that make would take apart.
#include "ld/reports/dependency_file.h"

#include <gtest/gtest.h>
#include <vector>

namespace xld {
namespace {

std::string rule(std::string_view output, const std::vector<std::string>& inputs) {
  return dependency_rule(output, inputs);
}

TEST(DependencyFile, NamesEachInputOnceAndAsATarget) {
  EXPECT_EQ(rule("out", {"a.o", "libb.a", "a.o"}), "out: \\\n  a.o \\\n  libb.a\n\na.o:\n\nlibb.a:\n");
}

TEST(DependencyFile, EscapesWhatMakeReserves) {
  EXPECT_EQ(rule("o", {"a b"}), "o: \\\n  a\\ b\n\na\\ b:\n");
  EXPECT_EQ(rule("o", {"a#b$c:d"}), "o: \\\n  a\\#b$$c\\:d\n\na\\#b$$c\\:d:\n");
}

TEST(DependencyFile, DoublesBackslashesInFrontOfEscapesOnly) {
  EXPECT_EQ(rule("o", {R"(a\b)"}), "o: \\\n  a\\b\n\na\\b:\n");
  EXPECT_EQ(rule("o", {R"(a\ b)"}), "o: \\\n  a\\\\\\ b\n\na\\\\\\ b:\n");
}

TEST(DependencyFile, LeavesOutWhatCannotBeWritten) {
  EXPECT_EQ(rule("o", {"a\nb", "c"}), "o: \\\n  c\n\nc:\n");
}

}  // namespace
}  // namespace xld
