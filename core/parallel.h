// Work for all threads of one link: a pool, a loop over fixed chunks, prefix sums.
//
// Ownership: the Session owns the pool; nothing is global. Threads: one thread outside the pool uses it at a time.
// A loop is cut into chunks of `grain` items, whatever the number of threads, and each chunk is run exactly once; only
// who runs it and when is left to chance. A body that writes per item or per chunk is therefore deterministic.
//
// No thread exists before the first loop of more than one chunk, and with one thread none ever does: a small link pays
// nothing. A loop inside a loop runs on the thread it is on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace xld {

// Who is asked before a thread is started, such as the job server of make; and told when it has ended.
class ThreadLender {
 public:
  virtual ~ThreadLender() = default;
  virtual bool borrow() = 0;
  virtual void give_back() = 0;
};

class ThreadPool {
 public:
  // `threads` counts the calling thread; 0 means 1. Without a lender, they are ours to use.
  explicit ThreadPool(uint32_t threads, ThreadLender* lender = nullptr)
      : thread_count_(threads == 0 ? 1 : threads), lender_(lender) {}
  ~ThreadPool() { rest(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Worker numbers passed to loop bodies are below this; size per-worker scratch with it.
  uint32_t thread_count() const { return thread_count_; }

  // What a loop body has become: called with [begin, end) and the number of the worker it runs on.
  using Body = void (*)(void* context, size_t begin, size_t end, uint32_t worker);

  // See parallel_for, its typed front.
  void run(size_t count, size_t grain, Body body, void* context);

  // Ends all threads until the next loop that wants them: others may use the machine meanwhile.
  void rest();

 private:
  struct Job;

  void run_inline(size_t count, size_t grain, Body body, void* context) const;
  void start_threads(size_t wanted);
  void serve(uint32_t worker);
  void claim_chunks(Job& job, uint32_t worker);
  void close_job();
  uint32_t current_worker() const;

  const uint32_t thread_count_;
  ThreadLender* const lender_;
  std::vector<std::thread> threads_;  // worker i + 1; changed only while no loop runs
  std::atomic<bool> is_busy_{false};

  std::mutex mutex_;  // guards what follows
  std::condition_variable work_arrived_;
  std::condition_variable work_left_;
  Job* job_ = nullptr;  // open for workers to join
  uint64_t generation_ = 0;
  uint32_t joined_ = 0;
  bool is_stopping_ = false;
};

// Calls fn(begin, end) or fn(begin, end, worker) for every chunk of [0, count). Returns when all are done. The first
// exception a body throws stops the hand-out of chunks and is thrown again here, after all workers have left; memory
// exhaustion is the one case in xld.
template <class Fn>
void parallel_for(ThreadPool& pool, size_t count, size_t grain, Fn&& fn) {
  using Callable = std::remove_reference_t<Fn>;
  const auto body = [](void* context, size_t begin, size_t end, uint32_t worker) {
    auto& callable = *static_cast<Callable*>(context);
    if constexpr (std::is_invocable_v<Callable&, size_t, size_t, uint32_t>) {
      callable(begin, end, worker);
    } else {
      callable(begin, end);
    }
  };
  pool.run(count, grain, body, const_cast<void*>(static_cast<const void*>(&fn)));
}

// Replaces every number by the sum of those before it and returns the sum of all.
template <class T>
T prefix_sum(std::span<T> values) {
  T sum = 0;
  for (T& value : values) {
    const T next = static_cast<T>(sum + value);
    value = sum;
    sum = next;
  }
  return sum;
}

// The same by all threads: sums of chunks, their prefix sum, then each chunk from its start.
template <class T>
T prefix_sum(ThreadPool& pool, std::span<T> values) {
  constexpr size_t kGrain = size_t{1} << 16;  // below this one pass is over before a thread wakes up
  if (pool.thread_count() == 1 || values.size() <= kGrain) return prefix_sum(values);

  std::vector<T> starts((values.size() + kGrain - 1) / kGrain);
  parallel_for(pool, values.size(), kGrain, [&](size_t begin, size_t end) {
    T sum = 0;
    for (const T& value : values.subspan(begin, end - begin)) sum = static_cast<T>(sum + value);
    starts[begin / kGrain] = sum;
  });
  const T total = prefix_sum(std::span<T>(starts));
  parallel_for(pool, values.size(), kGrain, [&](size_t begin, size_t end) {
    T sum = starts[begin / kGrain];
    for (T& value : values.subspan(begin, end - begin)) {
      const T next = static_cast<T>(sum + value);
      value = sum;
      sum = next;
    }
  });
  return total;
}

// How many threads the machine lends us: the CPUs of the affinity mask, no more than the control group's CPU quota.
uint32_t default_thread_count();

// CPUs' worth of time per period that the control groups (version 1 or 2) above this process allow, rounded up; 0 if
// unlimited. `root` stands before /proc and /sys: tests have their own.
uint32_t cgroup_cpu_limit(const std::string& root);

}  // namespace xld
