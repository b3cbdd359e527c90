// The thread pool and the number of threads the machine lends us. See parallel.h.
//
// A loop is a Job on its caller's stack. Workers join it under the mutex while it is open, take chunks from an atomic
// counter without it, and leave under it. The caller works too; out of chunks it closes the job and waits for those who
// joined. A worker that wakes up late finds no job and costs the caller nothing.
#include "core/parallel.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <string_view>
#include <unistd.h>

#include "core/signals_held.h"

namespace xld {

struct ThreadPool::Job {
  size_t count;
  size_t grain;
  Body body;
  void* context;
  std::atomic<size_t> next_chunk{0};
  std::exception_ptr exception;  // guarded by the pool's mutex

  size_t chunk_count() const { return count / grain + (count % grain != 0); }
};

void ThreadPool::rest() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_arrived_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
    if (lender_) lender_->give_back();
  }
  threads_.clear();
  is_stopping_ = false;
}

void ThreadPool::run(size_t count, size_t grain, Body body, void* context) {
  grain = std::max<size_t>(grain, 1);
  if (thread_count_ == 1 || count <= grain) return run_inline(count, grain, body, context);
  if (is_busy_.exchange(true, std::memory_order_acquire)) return run_inline(count, grain, body, context);

  Job job{count, grain, body, context, {}, {}};
  start_threads(std::min<size_t>(thread_count_, job.chunk_count()) - 1);
  {
    const std::lock_guard lock(mutex_);
    job_ = &job;
    generation_++;
  }
  work_arrived_.notify_all();
  claim_chunks(job, 0);
  close_job();
  is_busy_.store(false, std::memory_order_release);
  if (job.exception) std::rethrow_exception(job.exception);
}

void ThreadPool::run_inline(size_t count, size_t grain, Body body, void* context) const {
  const uint32_t worker = current_worker();
  for (size_t begin = 0; begin < count;) {
    const size_t end = begin + std::min(grain, count - begin);
    body(context, begin, end, worker);
    begin = end;
  }
}

void ThreadPool::start_threads(size_t wanted) {
  if (threads_.size() >= wanted) return;
  const SignalsHeld signals;  // in the new threads, for good: handlers run in the thread that made us
  threads_.reserve(wanted);
  while (threads_.size() < wanted && (!lender_ || lender_->borrow())) {
    try {
      const uint32_t worker = static_cast<uint32_t>(threads_.size()) + 1;
      threads_.emplace_back([this, worker] { serve(worker); });
    } catch (const std::exception&) {
      if (lender_) lender_->give_back();
      return;  // a machine that refuses more threads gets its work done by those there are
    }
  }
}

void ThreadPool::serve(uint32_t worker) {
  uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    work_arrived_.wait(lock, [&] { return is_stopping_ || (job_ && generation_ != seen); });
    if (is_stopping_) return;
    seen = generation_;
    Job& job = *job_;
    joined_++;
    lock.unlock();
    claim_chunks(job, worker);
    lock.lock();
    if (--joined_ == 0) work_left_.notify_one();
  }
}

void ThreadPool::claim_chunks(Job& job, uint32_t worker) {
  const size_t chunks = job.chunk_count();
  try {
    while (true) {
      const size_t chunk = job.next_chunk.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= chunks) return;
      const size_t begin = chunk * job.grain;
      job.body(job.context, begin, begin + std::min(job.grain, job.count - begin), worker);
    }
  } catch (...) {
    job.next_chunk.store(chunks, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (!job.exception) job.exception = std::current_exception();
  }
}

void ThreadPool::close_job() {
  std::unique_lock lock(mutex_);
  job_ = nullptr;
  work_left_.wait(lock, [&] { return joined_ == 0; });
}

// Thread-local storage would be a global, so a nested loop finds its number by asking who it is.
uint32_t ThreadPool::current_worker() const {
  const auto self = std::this_thread::get_id();
  const auto found = std::find_if(threads_.begin(), threads_.end(), [&](auto& t) { return t.get_id() == self; });
  return found == threads_.end() ? 0 : static_cast<uint32_t>(found - threads_.begin()) + 1;
}

namespace {

// The start of a small file of /proc or /sys; empty if there is none.
std::string read_small_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char buffer[4096];
  const ssize_t size = ::read(fd, buffer, sizeof buffer);
  ::close(fd);
  return std::string(buffer, size > 0 ? static_cast<size_t>(size) : 0);
}

std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

// No number ("max", "-1", an absent file) means no limit.
uint32_t quota_in_cpus(std::string_view quota_text, std::string_view period_text) {
  uint64_t quota = 0;
  uint64_t period = 0;
  const auto parse = [](std::string_view text, uint64_t& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
  };
  if (!parse(quota_text, quota) || !parse(period_text, period) || quota == 0 || period == 0) return 0;
  return static_cast<uint32_t>(std::min<uint64_t>((quota - 1) / period + 1, UINT32_MAX));
}

uint32_t limit_of_directory(const std::string& directory, bool is_version_2) {
  if (is_version_2) {
    const std::string text = read_small_file(directory + "/cpu.max");
    std::string_view period = text;
    const std::string_view quota = take_until(period, ' ');
    return quota_in_cpus(quota, period);
  }
  return quota_in_cpus(read_small_file(directory + "/cpu.cfs_quota_us"),
                       read_small_file(directory + "/cpu.cfs_period_us"));
}

// The group's own limit and those of all groups above it. In a container the path may name directories of the host that
// are not mounted here; the mount's root, where the walk ends, is then the container's group.
uint32_t limit_of_group(const std::string& mount, std::string path, bool is_version_2) {
  uint32_t limit = 0;
  while (true) {
    const uint32_t here = limit_of_directory(mount + path, is_version_2);
    if (here != 0) limit = limit == 0 ? here : std::min(limit, here);
    if (path.empty()) return limit;
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
}

bool names_cpu_controller(std::string_view controllers) {
  while (!controllers.empty()) {
    if (take_until(controllers, ',') == "cpu") return true;
  }
  return false;
}

uint32_t affinity_cpu_count() {
  // The kernel refuses a mask smaller than its own; the largest Linux supports has 8192 bits today.
  for (size_t cpus = CPU_SETSIZE; cpus <= 1 << 20; cpus *= 2) {
    std::vector<cpu_set_t> set(cpus / CPU_SETSIZE);
    const size_t bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) == 0) return static_cast<uint32_t>(CPU_COUNT_S(bytes, set.data()));
  }
  return 1;
}

}  // namespace

uint32_t cgroup_cpu_limit(const std::string& root) {
  const std::string text = read_small_file(root + "/proc/self/cgroup");
  uint32_t limit = 0;
  // Lines are "hierarchy:controllers:path"; version 2 is hierarchy 0 without controllers.
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view path = take_until(rest, '\n');
    const std::string_view hierarchy = take_until(path, ':');
    const std::string_view controllers = take_until(path, ':');
    const bool is_version_2 = hierarchy == "0";
    if (!is_version_2 && !names_cpu_controller(controllers)) continue;
    const std::string mount = fmt::format("{}/sys/fs/cgroup{}", root, is_version_2 ? "" : "/cpu");
    const uint32_t here = limit_of_group(mount, std::string(path == "/" ? std::string_view() : path), is_version_2);
    if (here != 0) limit = limit == 0 ? here : std::min(limit, here);
  }
  return limit;
}

uint32_t default_thread_count() {
  const uint32_t cpus = std::max<uint32_t>(affinity_cpu_count(), 1);
  const uint32_t limit = cgroup_cpu_limit("");
  return limit == 0 ? cpus : std::min(cpus, limit);
}

}  // namespace xld
