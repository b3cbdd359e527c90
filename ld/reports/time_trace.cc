// --time-trace. The format: "Trace Event Format" of the Chromium project, complete events ("ph": "X") and names
// ("ph": "M"), in microseconds. What LLVM's tools write has a beginning as well, and calls the whole link
// ExecuteLinker.
#include <chrono>
#include <fmt/core.h>

#include "core/path.h"
#include "ld/reports/json.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

std::string microseconds(uint64_t nanoseconds) {
  return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

void begin_event(JsonWriter& json, std::string_view phase, std::string_view name) {
  json.begin_object();
  json.member("ph", phase);
  json.member("pid", uint64_t{1});
  json.member("tid", uint64_t{1});
  json.member("name", name);
}

void add_event(JsonWriter& json, const Timings::Entry& entry, std::string_view name) {
  begin_event(json, "X", name);
  json.raw_member("ts", microseconds(entry.start_ns));
  json.raw_member("dur", microseconds(entry.duration_ns));
  json.key("args");
  json.begin_object();
  json.raw_member("cpu_us", microseconds(entry.cpu_ns));
  json.end_object();
  json.end_object();
}

void add_name(JsonWriter& json, std::string_view kind, std::string_view name) {
  begin_event(json, "M", kind);
  json.member("ts", uint64_t{0});
  json.key("args");
  json.begin_object();
  json.member("name", name);
  json.end_object();
  json.end_object();
}

uint64_t microseconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

std::string time_trace(const Timings& timings, std::string_view program) {
  const Timings::Entry whole = timings.total();
  JsonWriter json;
  json.begin_object();
  json.member("beginningOfTime", microseconds_since_1970() - whole.duration_ns / 1000);
  json.key("traceEvents");
  json.begin_array();
  for (const Timings::Entry& entry : timings.entries())
    if (entry.is_finished) add_event(json, entry, entry.name);
  add_event(json, whole, "ExecuteLinker");
  add_name(json, "process_name", base_name(program));
  add_name(json, "thread_name", base_name(program));
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace xld
