// --time-trace. The format: "Trace Event Format" of the Chromium project, complete events ("ph": "X"), microseconds.
#include <fmt/core.h>

#include "ld/reports/json.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

std::string microseconds(uint64_t nanoseconds) {
  return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

void add_event(JsonWriter& json, const Timings::Entry& entry) {
  json.begin_object();
  json.member("ph", "X");
  json.member("pid", uint64_t{1});
  json.member("tid", uint64_t{1});
  json.member("name", entry.name);
  json.raw_member("ts", microseconds(entry.start_ns));
  json.raw_member("dur", microseconds(entry.duration_ns));
  json.key("args");
  json.begin_object();
  json.raw_member("cpu_us", microseconds(entry.cpu_ns));
  json.end_object();
  json.end_object();
}

}  // namespace

std::string time_trace(const Timings& timings) {
  JsonWriter json;
  json.begin_object();
  json.member("displayTimeUnit", "ms");
  json.key("traceEvents");
  json.begin_array();
  add_event(json, timings.total());
  for (const Timings::Entry& entry : timings.entries())
    if (entry.is_finished) add_event(json, entry);
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace xld
