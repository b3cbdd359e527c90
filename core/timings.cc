// Clocks behind Timings. See timings.h.
#include "core/timings.h"

#include <ctime>

namespace xld {

uint64_t Timings::process_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t Timings::ns_since_origin() const {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - origin_).count());
}

size_t Timings::begin(std::string_view name) {
  entries_.push_back({name, ns_since_origin(), 0, process_cpu_ns(), depth_++, false});
  return entries_.size() - 1;
}

void Timings::end(size_t index) {
  Entry& entry = entries_[index];
  entry.duration_ns = ns_since_origin() - entry.start_ns;
  entry.cpu_ns = process_cpu_ns() - entry.cpu_ns;
  entry.is_finished = true;
  depth_--;
}

Timings::Entry Timings::total() const {
  return {"link", 0, ns_since_origin(), process_cpu_ns() - cpu_origin_ns_, 0, true};
}

}  // namespace xld
