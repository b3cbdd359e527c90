// Waiting for a word in memory to change. Waiters of all words are in queues chosen by the word's address, in order of
// arrival.
//
// The comparison and the wait are one step because interrupts are off. The meaning is that of Linux's
// FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET and FUTEX_CMP_REQUEUE.
#include "kernel_image/runtime/clock.h"
#include "kernel_image/runtime/processor.h"
#include "kernel_image/runtime/scheduler.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr unsigned kQueues = 64;
WaitQueue queues[kQueues];

WaitQueue& queue_of(const uint32_t* word) {
  const auto address = reinterpret_cast<uint64_t>(word);
  return queues[(address >> 2 ^ address >> 8) % kQueues];
}

bool is_aligned(const uint32_t* word) {
  return reinterpret_cast<uint64_t>(word) % sizeof(uint32_t) == 0;
}

uint32_t value_of(const uint32_t* word) {
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

uint64_t deadline_after(uint64_t timeout) {
  const uint64_t time = now();
  return timeout > XRT_FOREVER - time ? XRT_FOREVER : time + timeout;
}

// Calls `take` for waiters of the word until it was called `count` times.
template <typename Take>
int for_waiters(const uint32_t* word, int count, uint32_t bits, Take take) {
  int taken = 0;
  for (Thread *thread = queue_of(word).first(), *next; thread != nullptr && taken < count; thread = next) {
    next = WaitQueue::after(thread);
    if (thread->futex != word || !(thread->futex_bits & bits)) continue;
    take(thread);
    ++taken;
  }
  return taken;
}

void wake_waiter(Thread* thread) {
  wake(thread, false);
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

using namespace xrt;

int xrt_futex_wait_bits(const uint32_t* word, uint32_t expected, uint64_t timeout, uint32_t bits) {
  if (bits == 0 || !is_aligned(word)) return -XRT_EINVAL;
  InterruptLock lock;
  if (value_of(word) != expected) return -XRT_EAGAIN;
  if (timeout == 0) return -XRT_ETIMEDOUT;
  Thread* thread = this_processor().current;
  thread->futex = word;
  thread->futex_bits = bits;
  return wait_in(&queue_of(word), deadline_after(timeout)) ? 0 : -XRT_ETIMEDOUT;
}

int xrt_futex_wake_bits(const uint32_t* word, int count, uint32_t bits) {
  if (bits == 0 || !is_aligned(word)) return -XRT_EINVAL;
  InterruptLock lock;
  return for_waiters(word, count, bits, wake_waiter);
}

int xrt_futex_wait(const uint32_t* word, uint32_t expected, uint64_t timeout) {
  return xrt_futex_wait_bits(word, expected, timeout, XRT_FUTEX_ANY);
}

int xrt_futex_wake(const uint32_t* word, int count) {
  return xrt_futex_wake_bits(word, count, XRT_FUTEX_ANY);
}

int xrt_futex_requeue(const uint32_t* from, uint32_t expected, int wake, const uint32_t* to, int move) {
  if (!is_aligned(from) || !is_aligned(to)) return -XRT_EINVAL;
  InterruptLock lock;
  if (value_of(from) != expected) return -XRT_EAGAIN;
  const int woken = for_waiters(from, wake, XRT_FUTEX_ANY, wake_waiter);
  if (from == to) return woken;
  WaitQueue& target = queue_of(to);
  const int moved = for_waiters(from, move, XRT_FUTEX_ANY, [&](Thread* thread) {
    thread->waits_in->remove(thread);
    target.append(thread);
    thread->waits_in = &target;
    thread->futex = to;
  });
  return woken + moved;
}
