// Timings: which pass ran when, for --stats and --time-trace. One scope a pass, opened on the calling thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace xld {

class Timings {
 public:
  struct Entry {
    std::string_view name;  // a literal
    uint64_t start_ns = 0;  // since the session began
    uint64_t duration_ns = 0;
    uint64_t cpu_ns = 0;  // of the whole process
    uint32_t depth = 0;
    bool is_finished = false;
  };

  class Scope {
   public:
    Scope(Timings& timings, std::string_view name) : timings_(timings), index_(timings.begin(name)) {}
    ~Scope() { timings_.end(index_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Timings& timings_;
    size_t index_;
  };

  Scope measure(std::string_view name) { return {*this, name}; }
  // In the order in which they began.
  const std::vector<Entry>& entries() const { return entries_; }
  // The session as a whole, until now.
  Entry total() const;

 private:
  size_t begin(std::string_view name);
  void end(size_t index);

  static uint64_t process_cpu_ns();
  uint64_t ns_since_origin() const;

  std::chrono::steady_clock::time_point origin_ = std::chrono::steady_clock::now();
  uint64_t cpu_origin_ns_ = process_cpu_ns();
  std::vector<Entry> entries_;
  uint32_t depth_ = 0;
};

}  // namespace xld
