// All of the machine's memory, holes and memory above 4 GiB included, is there once; and what happens at its end.
// boot: -M microvm -m 2M
// boot: -M microvm -m 12M
// boot: -M pc -m 32M
// boot: -M pc,max-ram-below-4g=16M -m 48M
// boot: -M q35,max-ram-below-4g=24M -m 64M
// > pages ok
// > mmap ok
// > threads ok
// > accounts ok
// > heap ok
// boot: -M microvm -m 16M -append touch
// exit: 71
// >
// > xrt: out of memory
// boot: -M microvm -m 16M -append new
// exit: 71
// >
// > xrt: out of memory
#include <xrt.h>

extern int strcmp(const char *, const char *);
extern void *malloc(size_t);

static void check(int condition, const char *text) {
  if (!condition) xrt_panic(text);
}

#define PAGE 4096ul

/* Every page holds its own number, so no two are the same memory, and none is not memory. */
static void test_pages(void) {
  const uint64_t count = xrt_memory_free() / PAGE * 511 / 512 - 16; /* the rest is for tables */
  volatile uint64_t *pages = xrt_mmap(0, count * PAGE, 3, 0);
  check(!xrt_failed((void *)pages), "not all memory can be mapped");
  for (uint64_t i = 0; i < count; ++i) {
    check(pages[i * 512] == 0 && pages[i * 512 + 511] == 0, "a page is not zero");
    pages[i * 512] = pages[i * 512 + 511] = i;
  }
  for (uint64_t i = 0; i < count; ++i)
    check(pages[i * 512] == i && pages[i * 512 + 511] == i, "a page is not memory, or is there twice");
  check(xrt_mmap(0, 64 * PAGE, 3, 0) == (void *)-XRT_ENOMEM, "more memory than there is");
  check(xrt_munmap((void *)pages, count * PAGE) == 0, "munmap");
}

/* Mappings that are not touched count as well. */
static void test_mmap(void) {
  int count = 0;
  void *mapped[512], *got;
  const uint64_t size = xrt_memory_free() / 50;
  while (!xrt_failed(got = xrt_mmap(0, size, 3, 0))) mapped[count++] = got;
  check(got == (void *)-XRT_ENOMEM && count >= 45 && count <= 50, "mappings");
  for (int i = 0; i < count; ++i) *(volatile char *)mapped[i] = 1;
  for (int i = 0; i < count; ++i) check(xrt_munmap(mapped[i], size) == 0, "munmap");
}

static int fill_heap(void) {
  int count = 0;
  void **last = 0, **next;
  for (; (next = xrt_allocate(30000)) != 0; ++count) {
    *next = last;
    last = next;
  }
  for (; last != 0; last = next) {
    next = *last;
    xrt_free(last);
  }
  return count;
}

static void test_heap(void) {
  void *large = xrt_allocate(xrt_memory_free() / 2);
  check(large != 0, "half the memory");
  xrt_free(large);
  const int count = fill_heap();
  check(count > 10 && fill_heap() == count, "what was freed cannot be used again");
  check(xrt_allocate(1ul << 50) == 0 && malloc(~0ul) == 0, "impossible sizes");
}

static uint32_t gate;

static int wait_at_gate(void *argument) {
  (void)argument;
  while (xrt_futex_wait(&gate, 0, XRT_FOREVER) == 0) continue;
  return 0;
}

/* Threads until there is no memory for one more; and all of their memory comes back. */
static void test_threads(void) {
  static xrt_thread *threads[20000];
  int count = 0, error;
  gate = 0;
  while (count < 20000 && (error = xrt_thread_create(&threads[count], wait_at_gate, 0, 4096)) == 0) ++count;
  check(count > 40 && error == -XRT_ENOMEM, "threads to the end of memory");
  gate = 1;
  xrt_futex_wake(&gate, 20000);
  for (int i = 0; i < count; ++i) check(xrt_thread_join(threads[i], 0) == 0, "join");
}

int main(void) {
  if (strcmp(xrt_command_line(), "touch") == 0) {
    volatile char *memory = xrt_mmap(0, 1ul << 30, 3, XRT_MAP_NORESERVE);
    check(!xrt_failed((void *)memory), "no reservation");
    for (uint64_t i = 0;; i += PAGE) memory[i] = 1;
  }
  if (strcmp(xrt_command_line(), "new") == 0) {
    extern void *_Znwm(size_t);
    for (;;) *(volatile char *)_Znwm(1 << 20) = 1;
  }
  test_pages();
  xrt_printf("pages ok\n");
  test_mmap();
  xrt_printf("mmap ok\n");
  const uint64_t before = xrt_memory_free();
  test_pages();
  test_mmap();
  test_threads();
  xrt_printf("threads ok\n");
  check(xrt_memory_free() == before, "memory was lost");
  xrt_printf("accounts ok\n");
  test_heap();
  xrt_printf("heap ok\n");
  return 0;
}
