// Reports of a small link, caught in memory.
#include "ld/reports/reports.h"

#include <gtest/gtest.h>

#include "tests/unit/ld/reports/memory.h"

namespace xld {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Reports, NothingIsWrittenUnlessAskedFor) {
  ReportedLink link;
  EXPECT_TRUE(link.run()) << link.messages();
  EXPECT_TRUE(link.sink.reports.empty());
}

TEST(Reports, MapHasSectionsSymbolsAndWhatWasRemoved) {
  ReportedLink link;
  link.options.map_file = "map";
  ASSERT_TRUE(link.run()) << link.messages();
  const std::string& map = link.report("map");
  EXPECT_TRUE(contains(map, "kept:(.data)\n")) << map;
  EXPECT_TRUE(contains(map, " _binary_kept_start\n"));
  EXPECT_TRUE(contains(map, "       7 unused:(.data)\n"));
  EXPECT_FALSE(contains(map, " _binary_unused_start\n"));
}

TEST(Reports, JsonMapNamesFilesByNumber) {
  ReportedLink link;
  link.options.json_map_file = "-";
  ASSERT_TRUE(link.run());
  const std::string& map = link.report("-");
  EXPECT_TRUE(contains(map, "\"path\": \"kept\"")) << map;
  EXPECT_TRUE(contains(map, "\"kind\": \"input\""));
  EXPECT_TRUE(contains(map, "\"removed\": [\n  {\n   \"file\": 1,\n   \"section\": \".data\",\n   \"size\": 7\n  }"));
}

TEST(Reports, RemovedSections) {
  ReportedLink link;
  link.options.print_gc_sections = true;
  ASSERT_TRUE(link.run());
  EXPECT_EQ(link.report("-"), "removing unused section unused:(.data)\n");
}

TEST(Reports, WhyLiveTellsLiveDeadAndUnknownApart) {
  ReportedLink link;
  link.options.why_live = {"_binary_kept_end", "_binary_unused_start", "nobody"};
  ASSERT_TRUE(link.run());
  EXPECT_EQ(link.report("-"),
            "_binary_kept_end in kept:(.data): is live\n"
            ">>> _binary_kept_start is the entry\n"
            "_binary_unused_start in unused:(.data): is removed: nothing live refers to it\n"
            "nobody: no such symbol is defined in the files of this link\n");
}

TEST(Reports, TracesFilesAndSymbols) {
  ReportedLink link;
  link.options.trace_files = true;
  link.options.trace_symbols = {"_binary_kept_start", "_end", "nobody"};
  link.options.undefined = {"_end"};
  ASSERT_TRUE(link.run());
  EXPECT_EQ(link.report("-"), "kept\nunused\n<linker>: definition of _end\nkept: definition of _binary_kept_start\n");
}

TEST(Reports, CrossReferenceGoesIntoTheMapIfThereIsOne) {
  ReportedLink printed, written;
  printed.options.cref = written.options.cref = true;
  written.options.map_file = "map";
  ASSERT_TRUE(printed.run() && written.run());
  const std::string row = "_binary_kept_start                                kept\n";
  EXPECT_TRUE(contains(printed.report("-"), row)) << printed.report("-");
  EXPECT_TRUE(contains(written.report("map"), row));
  EXPECT_EQ(written.sink.reports.size(), 1u);
}

TEST(Reports, StatisticsCount) {
  ReportedLink link;
  link.options.print_stats = true;
  ASSERT_TRUE(link.run());
  const std::string& text = link.report("-");
  EXPECT_TRUE(contains(text, "input sections kept                1\n")) << text;
  EXPECT_TRUE(contains(text, "input sections removed             1\n"));
  EXPECT_TRUE(contains(text, "bytes in them                     19\n"));
}

TEST(Reports, TimeTraceAndDependencies) {
  ReportedLink link;
  link.options.time_trace_file = "trace";
  link.options.dependency_file = "out.d";
  ASSERT_TRUE(link.run());
  EXPECT_TRUE(contains(link.report("trace"), "\"name\": \"emit\""));
  EXPECT_EQ(link.report("out.d"), "/dev/null: \\\n  kept \\\n  unused\n\nkept:\n\nunused:\n");
}

TEST(Reports, AFailedLinkIsReportedAsFarAsItGot) {
  ReportedLink link;
  link.options.map_file = "map";
  link.options.dependency_file = "out.d";
  link.options.reproduce_file = "r.tar";
  link.options.require_defined = {"nobody"};
  EXPECT_FALSE(link.run());
  EXPECT_TRUE(link.sink.reports.contains("map"));
  EXPECT_FALSE(link.sink.reports.contains("out.d"));
  EXPECT_TRUE(contains(link.report("r.tar"), "r/response.txt"));
  EXPECT_TRUE(contains(link.report("r.tar"), "seven b"));
}

TEST(Reports, AllReportsSurviveALinkThatFailsAtOnce) {
  ReportedLink link;
  link.files.files.clear();
  link.options.map_file = link.options.json_map_file = link.options.time_trace_file = "all";
  link.options.why_live = link.options.trace_symbols = {"x"};
  link.options.cref = link.options.trace_files = link.options.print_gc_sections = link.options.print_stats = true;
  EXPECT_FALSE(link.run());
  EXPECT_TRUE(contains(link.messages(), "cannot open kept"));
}

TEST(Reports, OneThatCannotBeWrittenIsAnError) {
  ReportedLink link;
  link.options.map_file = "map";
  link.sink.refused = "map";
  EXPECT_FALSE(link.run());
  EXPECT_EQ(link.messages(), "cannot write map: No space left on device\n");
}

TEST(Reports, TheDiskSinkHasNoStandardOutput) {
  DiskReportSink sink;
  EXPECT_TRUE(sink.write_text("-", "text").has_value());
  EXPECT_TRUE(sink.write_text("/nowhere/at/all", "text").has_value());
}

}  // namespace
}  // namespace xld
