// What careful programs do not do: arguments that wrap, sizes that nobody has, many threads in each other's way,
// registers in odd states; and what the language promises all the same.
// compile: -ftls-model=local-exec
// boot: -M microvm -m 64M -cpu max -icount shift=0,sleep=off
// boot: -M pc -m 64M -icount shift=0,sleep=off
// boot: -M q35 -m 96M -cpu max
// > constructor with interrupts on
// > constructors in order of priority ok
// > sizes ok
// > ranges ok
// > static guards ok
// > creators ok
// > sleepers ok
// > timeouts ok
// > flags ok
// > clone ok
// > exit 1 of 1
// > destruction 1 of 1
#include <initializer_list>
#include <new>
#include <xrt.h>

extern "C" int __cxa_thread_atexit(void (*)(void*), void*, void*);
extern "C" void* malloc(size_t);
extern "C" void* calloc(size_t, size_t);
extern "C" void* realloc(void*, size_t);
extern "C" void free(void*);

namespace {

void check(bool condition, const char* text) {
  if (!condition) xrt_panic(text);
}

constexpr uint64_t kMillisecond = 1000000;

xrt_thread* start(int (*function)(void*), uintptr_t argument) {
  xrt_thread* thread;
  check(xrt_thread_create(&thread, function, reinterpret_cast<void*>(argument), 0) == 0, "no thread");
  return thread;
}

int join(xrt_thread* thread) {
  int result = -1;
  check(xrt_thread_join(thread, &result) == 0, "join");
  return result;
}

// ---- constructors

bool interrupts_are_on() {
  uint64_t flags;
  asm volatile("pushfq; popq %0" : "=r"(flags));
  return flags & 1 << 9;
}

int steps[4], step_count;
struct Step {
  explicit Step(int number) { steps[step_count++] = number; }
};

// A thread that a constructor starts runs, although the constructor does not wait for it but for what it does.
volatile int thread_of_constructor_ran;
struct Starter {
  Starter() {
    if (interrupts_are_on()) xrt_printf("constructor with interrupts on\n");
    xrt_thread* thread = start(
        [](void*) {
          thread_of_constructor_ran = 1;
          return 0;
        },
        0);
    while (!thread_of_constructor_ran) continue;
    join(thread);
  }
};

[[gnu::init_priority(300)]] Step third(3);
[[gnu::init_priority(101)]] Step first(1);
[[gnu::init_priority(200)]] Step second(2);
Step last(4);
Starter starter;

void test_constructors() {
  for (int i = 0; i < 4; ++i) check(steps[i] == i + 1, "a constructor out of order");
}

// ---- sizes

struct alignas(128) Line {
  char bytes[128];
};

void test_sizes() {
  xrt_thread* thread;
  for (const size_t size : {SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2, size_t{1} << 47, size_t{1} << 45})
    check(xrt_thread_create(&thread, nullptr, nullptr, size) == -XRT_ENOMEM, "a stack of all addresses");
  for (const size_t size : {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX / 2, size_t{1} << 46})
    check(malloc(size) == nullptr && calloc(size, 1) == nullptr && calloc(size, size) == nullptr, "all memory");
  check(operator new(SIZE_MAX / 2, std::nothrow) == nullptr, "new of half the addresses");
  for (const size_t size : {SIZE_MAX, SIZE_MAX - 128, SIZE_MAX - 136})
    check(operator new(size, std::align_val_t{128}, std::nothrow) == nullptr, "an aligned new that wraps");
  auto* line = new (std::nothrow) Line;
  check(reinterpret_cast<uintptr_t>(line) % 128 == 0, "alignment");
  delete line;
  char* text = static_cast<char*>(malloc(0));
  check(text != nullptr && (text = static_cast<char*>(realloc(text, 100000))) != nullptr, "realloc");
  text[99999] = 1;
  check(realloc(text, SIZE_MAX - 8) == nullptr && text[99999] == 1, "a realloc that fails");
  free(text);
}

// ---- ranges

void test_ranges() {
  const auto pointer = [](uint64_t address) { return reinterpret_cast<void*>(address); };
  for (const uint64_t physical : {UINT64_MAX, UINT64_MAX - 4095, uint64_t{1} << 52, (uint64_t{1} << 52) - 4096})
    check(xrt_failed(xrt_map_physical(physical, 8192)), "physical memory that wraps");
  check(xrt_failed(xrt_map_physical(0, 0)), "no physical memory");
  check(xrt_munmap(nullptr, 4096) == 0 && xrt_munmap(pointer(UINT64_MAX), 2) == -XRT_EINVAL, "munmap at the ends");
  check(xrt_munmap(pointer(1ul << 40), SIZE_MAX) == -XRT_EINVAL, "munmap that wraps");
  check(xrt_mprotect(pointer(4096), SIZE_MAX - 8191, 1) == -XRT_EINVAL, "mprotect that wraps");
  check(xrt_munmap(pointer((33ul << 40) - 4096), 8192) == -XRT_EINVAL, "munmap into the tables");

  // Odd bytes are rounded to the pages they are in.
  const uint64_t before = xrt_memory_free();
  auto* memory = static_cast<char*>(xrt_mmap(nullptr, 5 * 4096, 3, 0));
  for (int i = 0; i < 5; ++i) memory[i * 4096] = 1;
  check(xrt_munmap(memory + 4096 + 17, 1) == 0 && xrt_physical_address(memory + 4096) == 0, "one byte of a page");
  check(xrt_munmap(memory + 3 * 4096 - 1, 2) == 0 && xrt_physical_address(memory + 2 * 4096) == 0 &&
            xrt_physical_address(memory + 3 * 4096) == 0 && memory[0] == 1 && memory[4 * 4096] == 1,
        "a byte on either side");
  check(xrt_mprotect(memory, 5 * 4096, 1) == -XRT_ENOMEM, "mprotect over holes");
  memory[0] = 2;  // and has changed nothing
  check(xrt_munmap(memory, 200 * 4096) == 0, "more than there is");

  // A reservation with islands of memory, unmapped across tables of all levels.
  char* range = static_cast<char*>(xrt_mmap(nullptr, 3ul << 39, XRT_PROT_NONE, 0));
  for (const uint64_t at : {0ul, 4096ul, 511ul << 12, 1ul << 21, 1ul << 30, (1ul << 39) - 4096, 1ul << 39}) {
    check(xrt_mprotect(range + at, 4096, 3) == 0, "an island");
    range[at] = 1;
  }
  check(xrt_munmap(range + 4096, (1ul << 39) + (1ul << 30)) == 0 && range[0] == 1, "unmapped around the middle");
  check(xrt_munmap(range, 3ul << 39) == 0 && xrt_memory_free() == before, "memory was lost");
}

// ---- static guards

struct Slow {
  int value;
  Slow() {
    static int count;
    value = ++count;
    xrt_sleep(2 * kMillisecond);
  }
};

int use_slow(void*) {
  static Slow slow;
  return slow.value;
}

void test_guards() {
  xrt_thread* threads[16];
  for (auto& thread : threads) thread = start(use_slow, 0);
  for (xrt_thread* thread : threads) check(join(thread) == 1, "a static variable was initialised twice");
}

// ---- many at once

// Threads that make threads, all at the same time.
int create_some(void* depth) {
  const auto level = reinterpret_cast<uintptr_t>(depth);
  if (level == 0) return 1;
  int sum = 0;
  xrt_thread* threads[3];
  for (auto& thread : threads) thread = start(create_some, level - 1);
  for (xrt_thread* thread : threads) sum += join(thread);
  return sum;
}

void test_creators() {
  const uint64_t before = xrt_memory_free();
  check(create_some(reinterpret_cast<void*>(5)) == 243, "threads of threads");
  check(xrt_memory_free() == before, "threads left memory behind");
}

void test_sleepers() {
  constexpr int kThreads = 300;
  static xrt_thread* threads[kThreads];
  const auto nap = [](void* argument) {
    const uint64_t time = (reinterpret_cast<uintptr_t>(argument) * 7919 % 300 + 1) * 100000;
    for (int i = 0; i < 3; ++i) {
      const uint64_t start = xrt_nanotime();
      xrt_sleep(time);
      if (xrt_nanotime() - start < time) return 1;
    }
    return 0;
  };
  for (int i = 0; i < kThreads; ++i) threads[i] = start(nap, static_cast<uintptr_t>(i));
  for (xrt_thread* thread : threads) check(join(thread) == 0, "woken too early");
}

// Wakes and timeouts of the same moment: each waiter gets one of the two, and nobody is woken who has left.
void test_timeouts() {
  static uint32_t word;
  static int woken, timed_out;
  const auto wait = [](void* argument) {
    const int result = xrt_futex_wait(&word, 0, kMillisecond + reinterpret_cast<uintptr_t>(argument) * 1000);
    __atomic_add_fetch(result == 0 ? &woken : &timed_out, 1, __ATOMIC_SEQ_CST);
    return result != 0 && result != -XRT_ETIMEDOUT ? 1 : 0;
  };
  xrt_thread* threads[64];
  for (uintptr_t i = 0; i < 64; ++i) threads[i] = start(wait, i);
  int wakes = 0;
  for (int i = 0; i < 200; ++i) {
    xrt_sleep(10000);
    wakes += xrt_futex_wake(&word, 1 - i % 2);
  }
  for (xrt_thread* thread : threads) check(join(thread) == 0, "neither woken nor timed out");
  check(woken == wakes && woken + timed_out == 64, "a wake was lost, or came twice");
  check(xrt_futex_wake(&word, 1000) == 0 && xrt_futex_wake(&word, -1) == 0, "nobody is left");
}

// ---- registers

// The direction flag, and a trap on its own, are not the runtime's.
void on_breakpoint(xrt_frame* frame) {
  frame->rcx = frame->rflags >> 10 & 1;
}

void test_flags() {
  uint64_t flag = 0;
  xrt_set_trap_handler(3, on_breakpoint);
  asm volatile("std; int3; cld" : "=c"(flag)::"memory");
  check(flag == 1, "the direction flag of the interrupted");
  xrt_set_trap_handler(3, nullptr);
  // A page is filled for code that counts downwards.
  auto* memory = static_cast<char*>(xrt_mmap(nullptr, 3 * 4096, 3, 0));
  void* to = memory + 3 * 4096 - 1;
  uint64_t count = 3 * 4096;
  asm volatile("std; rep stosb; cld" : "+D"(to), "+c"(count) : "a"(7) : "memory");
  for (int i = 0; i < 3 * 4096; ++i) check(memory[i] == 7, "a page filled in between");
  xrt_munmap(memory, 3 * 4096);
}

// ---- clone: nobody's thread-local block, and functions for the end of the thread

int ended;

void test_clone() {
  static char stack[16384];
  alignas(64) static char block[256];
  static uint32_t child;
  __builtin_memset(block, 0xff, sizeof(block));
  constexpr uint64_t kThread = XRT_CLONE_VM | XRT_CLONE_FS | XRT_CLONE_FILES | XRT_CLONE_SIGHAND | XRT_CLONE_THREAD;
  const auto run = [](void*) { return __cxa_thread_atexit([](void*) { ended = 1; }, nullptr, nullptr); };
  check(xrt_clone(kThread | XRT_CLONE_CHILD_CLEARTID, stack + sizeof(stack), nullptr, nullptr, nullptr, run, nullptr) ==
            -XRT_EINVAL,
        "nowhere to clear");
  check(xrt_clone(kThread | XRT_CLONE_SETTLS | XRT_CLONE_CHILD_SETTID | XRT_CLONE_CHILD_CLEARTID, stack + sizeof(stack),
                  nullptr, &child, block + 128, run, nullptr) > 1,
        "clone");
  while (uint32_t value = *static_cast<volatile uint32_t*>(&child)) xrt_futex_wait(&child, value, XRT_FOREVER);
  check(ended == 1, "the functions of a thread with a block of its own");
}

// ---- the end, from many threads at once

int ends;
struct CountEnds {
  ~CountEnds() {
    xrt_sleep(kMillisecond);  // the others are at it meanwhile
    xrt_printf("exit %d of 1\n", ++ends);
  }
} count_ends;

int destructions;
[[gnu::destructor]] void count_destruction() {
  xrt_sleep(kMillisecond);
  xrt_printf("destruction %d of 1\n", ++destructions);
}

int end_program(void*) {
  xrt_exit(0);
}

}  // namespace

int main() {
  void (*const tests[])() = {test_constructors, test_sizes,    test_ranges, test_guards, test_creators,
                             test_sleepers,     test_timeouts, test_flags,  test_clone};
  const char* const names[] = {"constructors in order of priority",
                               "sizes",
                               "ranges",
                               "static guards",
                               "creators",
                               "sleepers",
                               "timeouts",
                               "flags",
                               "clone"};
  for (int i = 0; i < 9; ++i) {
    tests[i]();
    xrt_printf("%s ok\n", names[i]);
  }
  for (int i = 0; i < 8; ++i) start(end_program, 0);
  xrt_sleep(XRT_FOREVER);
  return 1;
}
