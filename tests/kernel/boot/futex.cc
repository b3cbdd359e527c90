// Futexes, and the mutex and the condition variable on them.
// boot: -M microvm -m 64M -icount shift=0,sleep=off
// boot: -M pc -m 64M -cpu max -icount shift=0,sleep=off
// > values ok
// > wake ok
// > timeout ok
// > bits ok
// > requeue ok
// > mutex ok
// > condition ok
#include <xrt.h>

namespace {

void check(bool condition, const char* text) {
  if (!condition) xrt_panic(text);
}

constexpr uint64_t kMillisecond = 1000000;

uint32_t word, other;
int awake;

int wait_for_word(void* bits) {
  const int result =
      xrt_futex_wait_bits(&word, 0, XRT_FOREVER, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(bits)));
  __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
  return result;
}

constexpr int kWaiters = 8;
xrt_thread* waiters[kWaiters];

// All of them wait when this returns.
void start_waiters(uintptr_t (*bits_of)(int)) {
  awake = 0;
  for (int i = 0; i < kWaiters; ++i)
    xrt_thread_create(&waiters[i], wait_for_word, reinterpret_cast<void*>(bits_of(i)), 0);
  xrt_sleep(kMillisecond);
}

void settle() {
  xrt_sleep(kMillisecond);
}

void join_all() {
  for (xrt_thread* waiter : waiters) {
    int result = -1;
    xrt_thread_join(waiter, &result);
    check(result == 0, "a waiter was not woken by a wake");
  }
}

uintptr_t any(int) {
  return XRT_FUTEX_ANY;
}

void test_values() {
  check(xrt_futex_wait(&word, 1, XRT_FOREVER) == -XRT_EAGAIN, "another value");
  check(xrt_futex_wait_bits(&word, 0, XRT_FOREVER, 0) == -XRT_EINVAL, "no bits");
  auto* odd = reinterpret_cast<uint32_t*>(reinterpret_cast<char*>(&word) + 1);
  check(xrt_futex_wait(odd, 0, XRT_FOREVER) == -XRT_EINVAL, "not aligned");
  check(xrt_futex_wake(&word, 1) == 0, "nobody to wake");
}

void test_wake() {
  start_waiters(any);
  check(awake == 0, "nobody was woken yet");
  check(xrt_futex_wake(&word, 3) == 3, "wake 3");
  settle();
  check(awake == 3, "three are awake");
  check(xrt_futex_wake(&other, 100) == 0, "another word");
  check(xrt_futex_wake(&word, 100) == 5, "wake the rest");
  join_all();
}

void test_timeout() {
  const uint64_t start = xrt_nanotime();
  check(xrt_futex_wait(&word, 0, 5 * kMillisecond) == -XRT_ETIMEDOUT, "no timeout");
  const uint64_t waited = xrt_nanotime() - start;
  check(waited >= 5 * kMillisecond, "timed out too early");
  check(xrt_futex_wait(&word, 0, 0) == -XRT_ETIMEDOUT, "no time at all");
  check(xrt_futex_wake(&word, 1) == 0, "one who has left is still woken");
}

void test_bits() {
  start_waiters([](int i) -> uintptr_t { return 1u << (i % 4); });
  check(xrt_futex_wake_bits(&word, 100, 0x2) == 2, "bit 1");
  check(xrt_futex_wake_bits(&word, 1, 0xc) == 1, "one of bits 2 and 3");
  check(xrt_futex_wake_bits(&word, 100, 0x2) == 0, "bit 1 again");
  check(xrt_futex_wake(&word, 100) == 5, "the rest");
  join_all();
}

void test_requeue() {
  start_waiters(any);
  check(xrt_futex_requeue(&word, 1, 1, &other, 100) == -XRT_EAGAIN, "another value");
  check(xrt_futex_requeue(&word, 0, 2, &other, 4) == 6, "2 woken, 4 moved");
  settle();
  check(awake == 2, "moved ones sleep on");
  check(xrt_futex_wake(&word, 100) == 2, "two stayed");
  check(xrt_futex_wake(&other, 100) == 4, "four went");
  join_all();
}

xrt_mutex mutex;
xrt_condition condition;
uint64_t counter;

void test_mutex() {
  constexpr int kRounds = 20000;
  auto count = [](void*) {
    for (int i = 0; i < kRounds; ++i) {
      xrt_mutex_lock(&mutex);
      const uint64_t value = *static_cast<volatile uint64_t*>(&counter);
      if (i % 64 == 0) xrt_thread_yield();
      *static_cast<volatile uint64_t*>(&counter) = value + 1;
      xrt_mutex_unlock(&mutex);
    }
    return 0;
  };
  for (auto& waiter : waiters) xrt_thread_create(&waiter, count, nullptr, 0);
  join_all();
  check(counter == kRounds * kWaiters, "the mutex lets two in");
  xrt_mutex_lock(&mutex);
  check(xrt_mutex_try_lock(&mutex) == -XRT_EBUSY, "a locked mutex");
  xrt_mutex_unlock(&mutex);
  check(xrt_mutex_try_lock(&mutex) == 0, "a free mutex");
  xrt_mutex_unlock(&mutex);
}

void test_condition() {
  static int ready, done;
  auto wait = [](void*) {
    xrt_mutex_lock(&mutex);
    while (ready == 0) xrt_condition_wait(&condition, &mutex, XRT_FOREVER);
    --ready;
    ++done;
    xrt_mutex_unlock(&mutex);
    return 0;
  };
  for (auto& waiter : waiters) xrt_thread_create(&waiter, wait, nullptr, 0);
  settle();
  xrt_mutex_lock(&mutex);
  ready = 1;
  xrt_mutex_unlock(&mutex);
  xrt_condition_signal(&condition);
  settle();
  check(done == 1, "one signal, one thread");
  xrt_mutex_lock(&mutex);
  ready = kWaiters - 1;
  xrt_condition_broadcast(&condition, &mutex);
  xrt_mutex_unlock(&mutex);
  join_all();
  check(done == kWaiters, "a broadcast");
  xrt_mutex_lock(&mutex);
  check(xrt_condition_wait(&condition, &mutex, 2 * kMillisecond) == -XRT_ETIMEDOUT, "a condition's timeout");
  check(xrt_mutex_try_lock(&mutex) == -XRT_EBUSY, "not locked after a timeout");
  xrt_mutex_unlock(&mutex);
}

}  // namespace

int main() {
  void (*const tests[])() = {test_values, test_wake, test_timeout, test_bits, test_requeue, test_mutex, test_condition};
  const char* const names[] = {"values", "wake", "timeout", "bits", "requeue", "mutex", "condition"};
  for (int i = 0; i < 7; ++i) {
    tests[i]();
    xrt_printf("%s ok\n", names[i]);
  }
  return 0;
}
