// Instructions that the runtime's services take, with bounds well above what they are.
// with: ../stamped_start.S
// link: -e stamped_start
// twice: -M microvm -m 64M -cpu max -icount shift=0,sleep=off
// > main after {n} instructions, the clocks measured
// > clock {n}
// > page fault {n}
// > switch {n}
// > futex round trip {n}
// > mutex {n}
// > thread {n}
// > mmap and munmap {n}
#include <xrt.h>

extern uint64_t entry_stamp;

static uint64_t stamp(void) {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

static int failures;

static void report(const char *what, uint64_t total, unsigned rounds, uint64_t limit) {
  xrt_printf("%s %lu\n", what, total / rounds);
  failures += total / rounds > limit;
}

#define ROUNDS 100u

static void measure_faults(void) {
  volatile char *memory = xrt_mmap(0, ROUNDS * 4096, 3, 0);
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) memory[i * 4096ul] = 1;
  report("page fault", stamp() - start, ROUNDS, 2000);
}

static volatile int stop;

static int yield_until_stopped(void *argument) {
  (void)argument;
  while (!stop) xrt_thread_yield();
  return 0;
}

/* Two switches a round: there and back. */
static void measure_switches(void) {
  xrt_thread *thread;
  stop = 0;
  xrt_thread_create(&thread, yield_until_stopped, 0, 0);
  xrt_thread_yield();
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) xrt_thread_yield();
  report("switch", stamp() - start, 2 * ROUNDS, 2000);
  stop = 1;
  xrt_thread_join(thread, 0);
}

static uint32_t ball;

static void pass(uint32_t from, uint32_t to) {
  while (__atomic_load_n(&ball, __ATOMIC_SEQ_CST) != from) xrt_futex_wait(&ball, to, XRT_FOREVER);
  __atomic_store_n(&ball, to, __ATOMIC_SEQ_CST);
  xrt_futex_wake(&ball, 1);
}

static int play(void *argument) {
  (void)argument;
  for (unsigned i = 0; i < ROUNDS; ++i) pass(1, 0);
  return 0;
}

static void measure_futex(void) {
  xrt_thread *thread;
  xrt_thread_create(&thread, play, 0, 0);
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) pass(0, 1);
  xrt_thread_join(thread, 0);
  report("futex round trip", stamp() - start, ROUNDS, 5000);
}

static void measure_mutex(void) {
  xrt_mutex mutex = {0};
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) {
    xrt_mutex_lock(&mutex);
    xrt_mutex_unlock(&mutex);
  }
  report("mutex", stamp() - start, ROUNDS, 100);
}

static int do_nothing(void *argument) { return argument != 0; }

static void measure_threads(void) {
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) {
    xrt_thread *thread;
    xrt_thread_create(&thread, do_nothing, 0, 0);
    xrt_thread_join(thread, 0);
  }
  report("thread", stamp() - start, ROUNDS, 60000);
}

static void measure_mmap(void) {
  const uint64_t start = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) xrt_munmap(xrt_mmap(0, 4096, 3, 0), 4096);
  report("mmap and munmap", stamp() - start, ROUNDS, 10000);
}

int main(void) {
  const uint64_t start = stamp() - entry_stamp;
  xrt_printf("main after %lu instructions, the clocks measured\n", start);
  const uint64_t before = stamp();
  for (unsigned i = 0; i < ROUNDS; ++i) xrt_nanotime();
  report("clock", stamp() - before, ROUNDS, 100);
  measure_faults();
  measure_switches();
  measure_futex();
  measure_mutex();
  measure_threads();
  measure_mmap();
  return failures + (start > 60000);
}
