#!/usr/bin/env bash
# std::thread, condition variables, futures and thread_local objects with constructors and destructors.
source "$(dirname "$0")/../lib.sh"

compile threads.cc -O1 -pthread <<'EOF'
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <thread>
#include <vector>
std::atomic<int> made, destroyed;
struct Local {
  int value;
  Local() : value(++made) {}
  ~Local() { ++destroyed; }
};
thread_local Local local;
int main() {
  std::mutex mutex;
  std::condition_variable ready;
  int arrived = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++)
    threads.emplace_back([&] {
      std::lock_guard lock(mutex);
      arrived += local.value > 0;
      ready.notify_one();
    });
  {
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return arrived == 4; });
  }
  for (auto &thread : threads) thread.join();
  auto answer = std::async(std::launch::async, [] { return 42; });
  std::printf("%d %d %d\n", answer.get(), made.load(), destroyed.load());
}
EOF
gxx_link -static threads.o -o threads
expect_output '42 4 4' ./threads
gxx_link -static -Wl,--gc-sections threads.o -o threads
expect_output '42 4 4' ./threads
