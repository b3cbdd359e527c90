// Clocks behind Timings. See timings.h.
#include "core/timings.h"

#include <ctime>

namespace xld {

namespace {
uint64_t process_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}
uint64_t ns_since(std::chrono::steady_clock::time_point origin) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - origin).count());
}
}  // namespace

size_t Timings::begin(std::string_view name) {
  entries_.push_back({name, ns_since(origin_), 0, process_cpu_ns(), depth_++});
  return entries_.size() - 1;
}

void Timings::end(size_t index) {
  Entry& entry = entries_[index];
  entry.duration_ns = ns_since(origin_) - entry.start_ns;
  entry.cpu_ns = process_cpu_ns() - entry.cpu_ns;
  depth_--;
}

}  // namespace xld
