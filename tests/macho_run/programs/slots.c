/* Thread-specific data as old programs have it: a fixed slot of what %gs points to, different in each thread. */
#include "system.h"

#if defined(__i386__)
#define SLOT "%%gs:0x468"
#else
#define SLOT "%%gs:0x8a0"
#endif

static void set(long value) { __asm__ volatile("mov %0, " SLOT : : "r"(value)); }
static long get(void) {
  long value;
  __asm__ volatile("mov " SLOT ", %0" : "=r"(value));
  return value;
}

static void *work(void *argument) {
  set((long)argument);
  puts("in a thread");
  return (void *)(get() == (long)argument ? 1L : 0L);
}

int main(void) {
  pthread_t thread;
  void *result;
  set(1234);
  pthread_create(&thread, 0, work, (void *)77L);
  pthread_join(thread, &result);
  printf("main %ld, thread %ld\n", get(), (long)result);
  return 0;
}
