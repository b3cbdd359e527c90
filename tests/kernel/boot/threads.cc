// Threads: turns, fairness, thread-local variables, many of them, and the memory they give back.
// boot: -M microvm -m 64M -icount shift=0,sleep=off
// boot: -M pc -m 64M -cpu max -icount shift=0,sleep=off
// boot: -M q35 -m 64M -cpu Nehalem,-hypervisor -icount shift=0,sleep=off
// > join ok
// > turns ok
// > preemption ok
// > locals ok
// > clone ok
// > many ok
// > detached ok
// > sleep ok
// > errors ok
// > accounts ok
#include <xrt.h>

namespace {

void check(bool condition, const char* text) {
  if (!condition) xrt_panic(text);
}

xrt_thread* start(int (*function)(void*), void* argument) {
  xrt_thread* thread;
  check(xrt_thread_create(&thread, function, argument, 0) == 0, "create");
  return thread;
}

int join(xrt_thread* thread) {
  int result = -1;
  check(xrt_thread_join(thread, &result) == 0, "join");
  return result;
}

void test_join() {
  auto add_one = [](void* argument) { return *static_cast<int*>(argument) + 1; };
  int number = 41;
  check(join(start(add_one, &number)) == 42, "the result of a thread");
  check(join(start([](void*) -> int { xrt_thread_exit(7); }, nullptr)) == 7, "the result of xrt_thread_exit");
}

// Threads that only yield take turns in order.
void test_turns() {
  static int next, mistakes;
  next = mistakes = 0;
  auto take_turns = [](void* argument) {
    for (int round = 0; round < 100; ++round) {
      if (next % 5 != *static_cast<int*>(argument)) ++mistakes;
      ++next;
      xrt_thread_yield();
    }
    return 0;
  };
  int numbers[5] = {0, 1, 2, 3, 4};
  xrt_thread* threads[5];
  for (int i = 0; i < 5; ++i) threads[i] = start(take_turns, &numbers[i]);
  for (xrt_thread* thread : threads) join(thread);
  check(next == 500, "turns are missing");
  check(mistakes <= 10, "turns are out of order");  // a quantum may end between two of the statements above
}

// Threads that never yield are all served, and fairly.
void test_preemption() {
  static volatile bool stop;
  static uint64_t counts[5];
  stop = false;
  xrt_thread* threads[5];
  for (int i = 0; i < 5; ++i) {
    counts[i] = 0;
    threads[i] = start(
        [](void* count) {
          while (!stop) __atomic_fetch_add(static_cast<uint64_t*>(count), 1, __ATOMIC_RELAXED);
          return 0;
        },
        &counts[i]);
  }
  xrt_sleep(60 * 1000000);
  stop = true;
  uint64_t least = UINT64_MAX, most = 0;
  for (int i = 0; i < 5; ++i) {
    join(threads[i]);
    if (counts[i] < least) least = counts[i];
    if (counts[i] > most) most = counts[i];
  }
  check(least > 0 && most / 8 <= least, "a thread was not served fairly");
}

thread_local int zero;
thread_local int five = 5;
struct alignas(256) Aligned {
  char bytes[256];
};
thread_local Aligned aligned;

void test_locals() {
  five = 6;
  auto look = [](void* argument) {
    if (zero != 0 || five != 5) return 1;
    zero = five = static_cast<int>(reinterpret_cast<uintptr_t>(argument));
    if (reinterpret_cast<uintptr_t>(&aligned) % 256 != 0) return 2;
    for (int i = 0; i < 20; ++i) xrt_thread_yield();
    if (zero != static_cast<int>(reinterpret_cast<uintptr_t>(argument)) || five != zero) return 3;
    uint64_t first, second;
    asm("movq %2, %%fs:-16; movq %3, %%fs:-8; movq %%fs:-16, %0; movq %%fs:-8, %1"
        : "=&r"(first), "=&r"(second)
        : "r"(uint64_t{0x123}), "r"(uint64_t{0x456}));
    if (first != 0x123 || second != 0x456 || five != zero) return 4;
    return 0;
  };
  xrt_thread* one = start(look, reinterpret_cast<void*>(1));
  xrt_thread* two = start(look, reinterpret_cast<void*>(2));
  check(join(one) == 0 && join(two) == 0, "thread-local variables");
  check(zero == 0 && five == 6, "another thread's variables");
  five = 5;
}

void test_clone() {
  static char stack[8192], block[256];
  static uint32_t child;
  static volatile uint64_t seen_pointer;
  constexpr uint64_t kThread = XRT_CLONE_VM | XRT_CLONE_FS | XRT_CLONE_FILES | XRT_CLONE_SIGHAND | XRT_CLONE_THREAD;
  *reinterpret_cast<void**>(block + 128) = block + 128;
  uint32_t parent = 0;
  long id = xrt_clone(
      kThread | XRT_CLONE_SETTLS | XRT_CLONE_PARENT_SETTID | XRT_CLONE_CHILD_SETTID | XRT_CLONE_CHILD_CLEARTID,
      stack + sizeof(stack), &parent, &child, block + 128,
      [](void* argument) {
        uint64_t pointer;
        asm("movq %%fs:0, %0" : "=r"(pointer));
        seen_pointer = pointer;
        char on_stack;
        return &on_stack > stack && &on_stack < stack + sizeof(stack) && argument == nullptr ? 0 : 1;
      },
      nullptr);
  check(id > 1 && parent == id && child == id, "numbers of a clone");
  while (uint32_t value = *static_cast<volatile uint32_t*>(&child)) xrt_futex_wait(&child, value, XRT_FOREVER);
  check(seen_pointer == reinterpret_cast<uint64_t>(block + 128), "the thread pointer of a clone");
  check(xrt_clone(XRT_CLONE_VM, stack + sizeof(stack), nullptr, nullptr, nullptr, nullptr, nullptr) == -XRT_EINVAL,
        "a clone that is no thread");
}

void test_many() {
  constexpr int kThreads = 1000;
  static xrt_thread* threads[kThreads];
  static int running;
  running = 0;
  auto meet = [](void*) {
    __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&running, __ATOMIC_SEQ_CST) < kThreads) xrt_thread_yield();
    return 1;
  };
  for (auto& thread : threads) thread = start(meet, nullptr);
  int sum = 0;
  for (xrt_thread* thread : threads) sum += join(thread);
  check(sum == kThreads, "a thousand threads at once");
}

void test_detached() {
  static int ended;
  ended = 0;
  for (int i = 0; i < 100; ++i) {
    xrt_thread* thread = start([](void*) { return __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST); }, nullptr);
    check(xrt_thread_detach(thread) == 0, "detach");
  }
  while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < 100) xrt_thread_yield();
  xrt_sleep(1000000);
}

// Sleepers wake in the order of their deadlines, not before them.
void test_sleep() {
  static int order[4], count;
  count = 0;
  static uint64_t begin;
  begin = xrt_nanotime();
  auto nap = [](void* argument) {
    const auto units = reinterpret_cast<uintptr_t>(argument);
    xrt_sleep(units * 5000000);
    const uint64_t slept = xrt_nanotime() - begin;
    order[__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST)] = static_cast<int>(units);
    return slept < units * 5000000 ? 1 : 0;
  };
  xrt_thread* threads[4];
  const uintptr_t units[4] = {3, 1, 4, 2};
  for (int i = 0; i < 4; ++i) threads[i] = start(nap, reinterpret_cast<void*>(units[i]));
  for (xrt_thread* thread : threads) check(join(thread) == 0, "woken too early");
  for (int i = 0; i < 4; ++i) check(order[i] == i + 1, "woken out of order");
}

void test_errors() {
  check(xrt_thread_join(xrt_thread_self(), nullptr) == -XRT_EDEADLK, "joining oneself");
  xrt_thread* thread = start(
      [](void*) {
        xrt_sleep(1000000);
        return 0;
      },
      nullptr);
  check(xrt_thread_detach(thread) == 0 && xrt_thread_join(thread, nullptr) == -XRT_EINVAL, "joining a detached thread");
  xrt_sleep(3000000);
  xrt_thread* huge;
  check(xrt_thread_create(&huge, nullptr, nullptr, size_t{1} << 40) == -XRT_ENOMEM, "a stack of a terabyte");
  check(xrt_thread_id() == 1, "main is thread 1");
}

}  // namespace

int main() {
  void (*const tests[])() = {test_join, test_turns,    test_preemption, test_locals, test_clone,
                             test_many, test_detached, test_sleep,      test_errors};
  const char* const names[] = {"join", "turns", "preemption", "locals", "clone", "many", "detached", "sleep", "errors"};
  for (int i = 0; i < 9; ++i) {
    tests[i]();
    xrt_printf("%s ok\n", names[i]);
  }
  const uint64_t before = xrt_memory_free();
  test_join();
  test_turns();
  test_locals();
  test_clone();
  test_many();
  test_detached();
  check(xrt_memory_free() == before, "threads leave memory behind");
  xrt_printf("accounts ok\n");
  return 0;
}
