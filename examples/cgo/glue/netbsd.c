/* netbsd-amd64 and netbsd-386: _lwp_create with a context, _lwp_park by thread, _lwp_setprivate, and a trampoline of
 * one's own. */
#include "bsd.h"

enum {
  SYS_mmap = 197,
  SYS_sigaltstack = 281,
  SYS_getcontext = 307,
  SYS_setcontext = 308,
  SYS_lwp_create = 309,
  SYS_lwp_exit = 310,
  SYS_lwp_self = 311,
  SYS_lwp_setprivate = 317,
  SYS_lwp_unpark = 321,
  SYS_sigaction = 340,
  SYS_sched_yield = 350,
  SYS_setitimer = 425,
  SYS_lwp_park = 478
};

static struct result map_memory(word size) {
  return call7(SYS_mmap, 0, size, 1 | 2, 0x1000 | 2, (word)-1, 0 /* padding */, 0);
}

static void set_thread_pointer(word base) {
  must(call3(SYS_lwp_setprivate, base, 0, 0), "_lwp_setprivate failed");
}

static void enter_thread(struct stack_top* top) {
  set_thread_pointer(thread_pointer_of(top));
  thread_begin(&top->start, (word)top);
  for (;;) call3(SYS_lwp_exit, 0, 0, 0);
}

void glue_thread_start(const struct thread_start* start) {
  struct stack_top* top = make_stack(start);
  word context[98]; /* ucontext_t: 784 bytes, the registers at 56 */
  int number;
  must(call3(SYS_getcontext, (word)context, 0, 0), "getcontext failed");
#if defined(__x86_64__)
  enum { kRegisters = 7, kRdi = 0, kRip = 21, kRsp = 24 };
  context[kRegisters + kRdi] = (word)top;
  context[kRegisters + kRip] = (word)enter_thread;
  context[kRegisters + kRsp] = (word)top - 8;
#else
  enum { kRegisters = 9, kEip = 14, kEsp = 17 };
  word* stack = (word*)top - 8; /* an address to return to, which is not used, and the argument */
  stack[1] = (word)top;
  context[kRegisters + kEip] = (word)enter_thread;
  context[kRegisters + kEsp] = (word)stack;
#endif
  enum { LWP_DETACHED = 0x40 };
  must(call3(SYS_lwp_create, (word)context, LWP_DETACHED, (word)&number), "_lwp_create failed");
}

/* Threads park, and are unparked by their numbers: who waits for which word is kept here. */
static struct {
  volatile uint* at;
  word thread;
} waiting[64];
static volatile uint lock;

static void take_lock(void) {
  while (__sync_lock_test_and_set(&lock, 1)) glue_yield();
}

static int begin_to_wait(volatile uint* at, uint value) {
  const word self = call3(SYS_lwp_self, 0, 0, 0).value;
  int place = -1;
  take_lock();
  for (int i = 0; place < 0 && *at == value && i < 64; i++) {
    if (waiting[i].at) continue;
    waiting[i].thread = self;
    waiting[i].at = at;
    place = i;
  }
  __sync_lock_release(&lock);
  return place;
}

void glue_sleep(volatile uint* at, uint value) {
  while (*at == value) {
    const int place = begin_to_wait(at, value);
    if (place < 0) continue;
    const word self = waiting[place].thread;
    /* clock, flags, no timeout, nobody to unpark */
    while (waiting[place].at == at && waiting[place].thread == self) call7(SYS_lwp_park, 0, 0, 0, 0, 0, 0, 0);
  }
}

void glue_wake(volatile uint* at) {
  word woken[64];
  int count = 0;
  take_lock();
  for (int i = 0; i < 64; i++) {
    if (waiting[i].at != at) continue;
    woken[count++] = waiting[i].thread;
    waiting[i].at = 0;
  }
  __sync_lock_release(&lock);
  while (count > 0) call3(SYS_lwp_unpark, woken[--count], 0, 0);
}

void glue_yield(void) {
  call3(SYS_sched_yield, 0, 0, 0);
}

#if defined(__x86_64__)

/* The handler returns here with the context in R15. */
void return_from_signal(void);
__asm__(
    ".globl return_from_signal\nreturn_from_signal:\n\tmov %r15, %rdi\n\tmov $308, %eax\n\tsyscall\n\t"
    "mov $-1, %rdi\n\tmov $1, %eax\n\tsyscall");

void glue_start_timer(void) {
  const struct alternate_stack stack = make_alternate_stack();
  const struct {
    void (*handler)(int, void*, void*);
    uint mask[4];
    int flags;
  } action = {handle_alarm, {~0u, ~0u, ~0u, ~0u}, kOnStack | kRestart | kSigInfo};
  enum { kTrampolineVersion = 2 };
  must(call3(SYS_sigaltstack, (word)&stack, 0, 0), "sigaltstack failed");
  must(call7(SYS_sigaction, kAlarm, (word)&action, 0, (word)return_from_signal, kTrampolineVersion, 0, 0),
       "sigaction failed");
  must(call3(SYS_setitimer, kRealTimer, (word)kTimer, 0), "setitimer failed");
}

#endif
