// Which reports are asked for, and where each goes. See reports.h.
#include "ld/reports/reports.h"

#include <fmt/core.h>
#include <vector>

#include "ld/reports/dependency_file.h"
#include "ld/reports/reproduce.h"

namespace xld {

namespace {

constexpr std::string_view kStandardOutput = "-";

class Reporter {
 public:
  Reporter(const Link& link, const InputFinder& finder, ReportSink& sink)
      : link_(link), options_(link.options()), finder_(finder), sink_(sink) {}

  void write_all() {
    write_reproduction_file();
    print(finder_.search_trace());
    if (link_.format) write_printed();
    if (link_.format) write_maps();
    if (link_.format) write_call_order();
    if (!link_.diagnostics().failed()) write_dependencies();
    if (link_.format && !options_.stub_library.empty() && !link_.diagnostics().failed())
      for (const StubFile& stub : stub_libraries(link_)) write(stub.path, stub.contents);
    if (!options_.time_trace_file.empty())
      write(options_.time_trace_file, time_trace(link_.session.timings, options_.program_name));
  }

  void write(const std::string& name, std::string_view text) { check(name, sink_.write_text(name, text)); }
  void print(std::string_view text) {
    if (!text.empty()) write(std::string(kStandardOutput), text);
  }

 private:
  void check(const std::string& name, const std::optional<Error>& error) {
    if (!error) return;
    const std::string_view shown = name == kStandardOutput ? "standard output" : std::string_view(name);
    link_.diagnostics().error(fmt::format("cannot write {}: {}", shown, error->message));
  }

  // First, as it is most wanted when something else fails.
  void write_reproduction_file() {
    if (options_.reproduce_file.empty()) return;
    check(options_.reproduce_file, write_reproduction(options_, finder_, sink_));
  }

  void write_printed() {
    if (options_.trace_files) print(list_files(link_));
    if (options_.darwin.reports_members) print(list_extractions(link_));
    if (!options_.trace_symbols.empty()) print(trace_symbols(link_));
    if (options_.print_gc_sections) print(list_removed_sections(link_));
    if (options_.print_icf_sections) print(list_folded_sections(link_));
    if (!options_.why_live.empty()) print(explain_liveness(link_));
    if (!options_.why_extract_file.empty()) write(options_.why_extract_file, explain_extractions(link_));
    if (!options_.archive_stats_file.empty()) write(options_.archive_stats_file, count_archive_members(link_, finder_));
  }

  std::string map_text() const { return options_.map_form == MapForm::Apple ? apple_map(link_) : text_map(link_); }

  void write_call_order() {
    const std::string& path = options_.symbol_order_file;
    if (!path.empty()) write(path, list_call_order(link_));
  }

  void write_maps() {
    const bool is_cref_printed = options_.cref && options_.map_file.empty();
    if (is_cref_printed) print(cross_reference(link_));
    if (!options_.map_file.empty())
      write(options_.map_file, map_text() + (options_.cref ? cross_reference(link_) : ""));
    if (!options_.json_map_file.empty()) write(options_.json_map_file, json_map(link_));
    if (!options_.tls_report_file.empty()) write(options_.tls_report_file, list_tls_accesses(link_));
  }

  // Not for a failed link: make would take the rule for the truth about an output that does not exist.
  void write_dependencies() {
    if (options_.dependency_file.empty() && options_.dependency_info_file.empty()) return;
    std::vector<std::string> paths;
    for (const auto& file : finder_.opened_files())
      if (file.role != InputFinder::OpenedFile::Role::Compiled) paths.push_back(file.path);
    if (!options_.dependency_file.empty()) write(options_.dependency_file, dependency_rule(link_.output_path, paths));
    if (!options_.dependency_info_file.empty())
      write(options_.dependency_info_file, dependency_records(link_.output_path, paths));
  }

  const Link& link_;
  const Options& options_;
  const InputFinder& finder_;
  ReportSink& sink_;
};

}  // namespace

void write_reports(const Link& link, const InputFinder& finder, ReportSink& sink) {
  const auto timer = link.session.timings.measure("reports");
  Reporter(link, finder, sink).write_all();
}

void write_statistics(const Link& link, const InputFinder& finder, ReportSink& sink) {
  if (link.options().print_stats && link.format) Reporter(link, finder, sink).print(statistics(link, finder));
}

}  // namespace xld
