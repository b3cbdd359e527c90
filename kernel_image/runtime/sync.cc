// A mutex and a condition variable on futexes.
//
// The mutex has three states, after U. Drepper's "Futexes Are Tricky": free, locked, and locked with perhaps somebody
// waiting. Only the last makes unlocking call the scheduler. A broadcast wakes one thread and moves the others to the
// mutex, which they could not all have at once: the one takes the mutex as contended, so it wakes the next when it
// unlocks, and so on.
#include "kernel_image/runtime/include/xrt.h"

namespace {

constexpr uint32_t kFree = 0;
constexpr uint32_t kLocked = 1;
constexpr uint32_t kContended = 2;

uint32_t exchange(xrt_mutex* mutex, uint32_t state) {
  return __atomic_exchange_n(&mutex->state, state, __ATOMIC_ACQ_REL);
}

bool change(xrt_mutex* mutex, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(&mutex->state, &from, to, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void lock_contended(xrt_mutex* mutex) {
  while (exchange(mutex, kContended) != kFree) xrt_futex_wait(&mutex->state, kContended, XRT_FOREVER);
}

}  // namespace

void xrt_mutex_lock(xrt_mutex* mutex) {
  if (!change(mutex, kFree, kLocked)) lock_contended(mutex);
}

int xrt_mutex_try_lock(xrt_mutex* mutex) {
  return change(mutex, kFree, kLocked) ? 0 : -XRT_EBUSY;
}

void xrt_mutex_unlock(xrt_mutex* mutex) {
  if (exchange(mutex, kFree) == kContended) xrt_futex_wake(&mutex->state, 1);
}

int xrt_condition_wait(xrt_condition* condition, xrt_mutex* mutex, uint64_t timeout) {
  const uint32_t sequence = __atomic_load_n(&condition->sequence, __ATOMIC_RELAXED);
  xrt_mutex_unlock(mutex);
  const int result = xrt_futex_wait(&condition->sequence, sequence, timeout);
  lock_contended(mutex);  // whoever was moved here may have others behind him
  return result == -XRT_ETIMEDOUT ? result : 0;
}

void xrt_condition_signal(xrt_condition* condition) {
  __atomic_fetch_add(&condition->sequence, 1u, __ATOMIC_RELAXED);
  xrt_futex_wake(&condition->sequence, 1);
}

void xrt_condition_broadcast(xrt_condition* condition, xrt_mutex* mutex) {
  const uint32_t sequence = __atomic_add_fetch(&condition->sequence, 1u, __ATOMIC_RELAXED);
  constexpr int kAll = INT32_MAX;
  if (xrt_futex_requeue(&condition->sequence, sequence, 1, &mutex->state, kAll) < 0)
    xrt_futex_wake(&condition->sequence, kAll);
}
