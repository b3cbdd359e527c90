// Reports: what a link tells about itself when it is asked, and only then.
//
// Each report is a function from the finished (or failed) link to a text; reports.cc has the table of who is asked for
// and where it goes. A failed link is reported as far as it got: what a report needs and the link does not have is left
// out.
#pragma once

#include <string>
#include <vector>

#include "core/report_sink.h"
#include "ld/inputs.h"

namespace xld {

// All reports but the statistics. One that cannot be written is an error of the link.
void write_reports(const Link& link, const InputFinder& finder, ReportSink& sink);

// --stats: when everything else is done.
void write_statistics(const Link& link, const InputFinder& finder, ReportSink& sink);

// -t: files that take part, "libc.a(printf.o)", and shared libraries.
std::string list_files(const Link& link);
std::string list_extractions(const Link& link);
// -y: who defines, and who refers to, the named symbols.
std::string trace_symbols(const Link& link);
// --print-gc-sections
std::string list_removed_sections(const Link& link);
// --print-icf-sections: what stands for what.
std::string list_folded_sections(const Link& link);
// --why-live: for each pattern, by what chain of references its symbols are kept.
std::string explain_liveness(const Link& link);
// --why-extract: what wanted each archive member.
std::string explain_extractions(const Link& link);
// --print-archive-stats
std::string count_archive_members(const Link& link, const InputFinder& finder);
// --cref: every global name, the file that defines it, and those that refer to it.
std::string cross_reference(const Link& link);
// -Map, --map=json
std::string text_map(const Link& link);
std::string apple_map(const Link& link);
// --print-symbol-order: names of Link::call_order.
std::string list_call_order(const Link& link);
std::string json_map(const Link& link);
// --emit-stub-library: a file for each library that names are imported from.
struct StubFile {
  std::string path, contents;
};
std::vector<StubFile> stub_libraries(const Link& link);
// --tls-report: thread-local accesses in code, one a line.
std::string list_tls_accesses(const Link& link);
// --time-trace: the format of Chrome's trace viewer and of Perfetto.
std::string time_trace(const Timings& timings, std::string_view program);
// --stats
std::string statistics(const Link& link, const InputFinder& finder);

// What a failed link may lack.
inline bool has_liveness(const Link& link) {
  return link.is_live.size() != 0;
}
inline bool has_addresses(const Link& link) {
  return !link.symbol_addresses.empty();
}

}  // namespace xld
