// Session: the life of one link. Threads, memory, diagnostics and clocks hang off it and end with it.
//
// There is no other shared state: two sessions in one process do not know of each other.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.h"
#include "core/diagnostics.h"
#include "core/options.h"
#include "core/parallel.h"
#include "core/target.h"
#include "core/timings.h"

namespace xld {

class Session {
 public:
  Session(const Options& options_in, Diagnostics& diagnostics_in)
      : options(options_in),
        diagnostics(diagnostics_in),
        pool(options_in.threads != 0 ? options_in.threads : default_thread_count(), options_in.thread_lender),
        arenas_(pool.thread_count()) {}

  const Options& options;
  Diagnostics& diagnostics;
  Target target;  // settled by the first pass
  ThreadPool pool;
  Timings timings;

  // Memory that lives as long as the session; one arena a worker, so no locks.
  Arena& arena(uint32_t worker = 0) { return arenas_[worker]; }

  // Keeps a string made during the link alive until its end. Any thread.
  std::string_view keep(std::string text) {
    const std::lock_guard lock(strings_mutex_);
    return strings_.emplace_back(std::move(text));
  }

 private:
  std::vector<Arena> arenas_;
  std::mutex strings_mutex_;
  std::deque<std::string> strings_;
};

}  // namespace xld
