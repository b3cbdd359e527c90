// ThreadPool: every chunk once, at fixed boundaries, whatever the number of threads; exceptions; CPU limits.
#include "core/parallel.h"

#include <bit>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <new>
#include <numeric>
#include <set>
#include <unistd.h>

namespace xld {
namespace {

using Chunks = std::set<std::pair<size_t, size_t>>;

Chunks chunks_of(uint32_t threads, size_t count, size_t grain) {
  ThreadPool pool(threads);
  std::mutex mutex;
  Chunks chunks;
  parallel_for(pool, count, grain, [&](size_t begin, size_t end) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(chunks.emplace(begin, end).second) << "chunk run twice";
  });
  return chunks;
}

TEST(ParallelFor, ChunksDoNotDependOnThreads) {
  for (const size_t count : {0, 1, 7, 8, 9, 1000}) {
    const Chunks expected = chunks_of(1, count, 8);
    EXPECT_EQ(expected.size(), (count + 7) / 8);
    for (const uint32_t threads : {2, 3, 16}) EXPECT_EQ(chunks_of(threads, count, 8), expected);
  }
}

TEST(ParallelFor, CoversAHugeRangeWithoutOverflow) {
  const Chunks chunks = chunks_of(2, SIZE_MAX, SIZE_MAX / 2);
  EXPECT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks.rbegin()->second, SIZE_MAX);
  EXPECT_EQ(chunks_of(1, 3, 0).size(), 3u) << "a grain of 0 is 1";
}

TEST(ParallelFor, WorkersHaveScratchOfTheirOwn) {
  ThreadPool pool(4);
  std::vector<uint64_t> sums(pool.thread_count());
  for (int repeat = 0; repeat < 50; repeat++) {
    parallel_for(pool, 1000, 3, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++) sums[worker] += i;
    });
  }
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), uint64_t{0}), 50u * 999 * 1000 / 2);
}

TEST(ParallelFor, OneThreadStaysOnTheCaller) {
  ThreadPool pool(1);
  const auto self = std::this_thread::get_id();
  parallel_for(pool, 100, 1, [&](size_t, size_t, uint32_t worker) {
    EXPECT_EQ(std::this_thread::get_id(), self);
    EXPECT_EQ(worker, 0u);
  });
}

TEST(ParallelFor, NestedLoopKeepsTheWorkerNumber) {
  ThreadPool pool(3);
  std::atomic<int> items = 0;
  std::atomic<uint32_t> workers_seen = 0;  // a bit each
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  parallel_for(pool, 64, 1, [&](size_t, size_t, uint32_t outer) {
    // Nobody finishes before somebody else has come, or the caller alone would do it all.
    workers_seen |= 1u << outer;
    while (std::has_single_bit(workers_seen.load()) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    const auto self = std::this_thread::get_id();
    parallel_for(pool, 10, 1, [&](size_t, size_t, uint32_t inner) {
      EXPECT_EQ(inner, outer);
      EXPECT_EQ(std::this_thread::get_id(), self);
      items++;
    });
  });
  EXPECT_EQ(items, 640);
  EXPECT_FALSE(std::has_single_bit(workers_seen.load()));
}

TEST(ParallelFor, RethrowsAfterAllLeft) {
  for (const uint32_t threads : {1, 4}) {
    ThreadPool pool(threads);
    std::atomic<int> inside = 0;
    const auto body = [&](size_t begin, size_t) {
      inside++;
      if (begin == 17) {
        inside--;
        throw std::bad_alloc();
      }
      inside--;
    };
    EXPECT_THROW(parallel_for(pool, 1000, 1, body), std::bad_alloc);
    EXPECT_EQ(inside, 0);
    int calls = 0;
    parallel_for(pool, 1, 1, [&](size_t, size_t) { calls++; });
    EXPECT_EQ(calls, 1) << "the pool is usable afterwards";
    EXPECT_EQ(chunks_of(threads, 100, 1).size(), 100u);
  }
}

TEST(PrefixSum, SerialAndParallelAgree) {
  std::vector<uint64_t> serial(300000);
  for (size_t i = 0; i < serial.size(); i++) serial[i] = i * 7 % 13;
  std::vector<uint64_t> parallel = serial;
  ThreadPool pool(3);
  const uint64_t total = prefix_sum(std::span(serial));
  EXPECT_EQ(prefix_sum(pool, std::span(parallel)), total);
  EXPECT_EQ(parallel, serial);
  EXPECT_EQ(serial[0], 0u);
  EXPECT_EQ(serial[2], 7u);
  EXPECT_EQ(prefix_sum(std::span<uint32_t>()), 0u);
}

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "xld-cgroup-" + std::to_string(getpid());
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }

  std::string root_;
};

TEST_F(CgroupTest, Version2TakesTheSmallestOfAllParents) {
  EXPECT_EQ(cgroup_cpu_limit(root_), 0u) << "no control groups at all";
  write("/proc/self/cgroup", "0::/a/b\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 0u);
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 0u);
  write("/sys/fs/cgroup/cpu.max", "800000 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 8u);
  write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 2u) << "one and a half CPUs keep two threads busy";
  write("/sys/fs/cgroup/a/b/cpu.max", "nonsense\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 2u);
}

TEST_F(CgroupTest, Version1ReadsTheCpuController) {
  write("/proc/self/cgroup", "12:cpuset:/x\n4:cpuacct,cpu:/docker/1\n0::/\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 3u);
  write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cgroup_cpu_limit(root_), 0u);
}

TEST(DefaultThreadCount, IsPositive) {
  EXPECT_GE(default_thread_count(), 1u);
}

}  // namespace
}  // namespace xld
