/* openbsd-amd64 and openbsd-386, as of 5.0: threads by rfork, the thread register by sysarch, thrsleep, mmap with its
 * padding. Later releases have __tfork and __set_tcb instead, and other numbers. */
#include "bsd.h"

enum {
  SYS_sigaction = 46,
  SYS_setitimer = 83,
  SYS_sysarch = 165,
  SYS_mmap = 197,
  SYS_rfork = 251,
  SYS_sigaltstack = 288,
  SYS_sched_yield = 298,
  SYS_thrsleep = 300,
  SYS_thrwakeup = 301,
  SYS_threxit = 302
};

/* What crtbegin.o of that system has: a word the kernel fills at random, for the stack protector. */
__attribute__((section(".openbsd.randomdata"), visibility("hidden"), used)) word __guard_local;

static struct result map_memory(word size) {
  return call7(SYS_mmap, 0, size, 1 | 2, 0x1000 | 2, (word)-1, 0 /* padding */, 0);
}

static void set_thread_pointer(word base) {
  enum { AMD64_SET_FSBASE = 12, I386_SET_GSBASE = 9 };
  const word operation = sizeof(word) == 8 ? AMD64_SET_FSBASE : I386_SET_GSBASE;
  must(call3(SYS_sysarch, operation, (word)&base, 0), "sysarch failed");
}

__attribute__((used)) static void enter_thread(struct stack_top* top) {
  set_thread_pointer(thread_pointer_of(top));
  thread_begin(&top->start, (word)top);
  for (;;) call3(SYS_threxit, 0, 0, 0);
}

/* Both threads come back from rfork on the creator's stack; the new one leaves it before it touches it. */
long fork_thread(word flags, struct stack_top* top);
#if defined(__x86_64__)
__asm__(
    "fork_thread:\n\tmov $251, %eax\n\tsyscall\n\tjc 2f\n\ttest %eax, %eax\n\tjz 1f\n\tret\n"
    "1:\tmov %rsi, %rsp\n\tmov %rsi, %rdi\n\tcall enter_thread\n"
    "2:\tneg %rax\n\tret");
#else
__asm__(
    "fork_thread:\n\tmov 8(%esp), %ecx\n\tmov $251, %eax\n\tint $0x80\n\tjc 2f\n\ttest %eax, %eax\n\tjz 1f\n\tret\n"
    "1:\tmov %ecx, %esp\n\tsub $12, %esp\n\tpush %ecx\n\tcall enter_thread\n"
    "2:\tneg %eax\n\tret");
#endif

void glue_thread_start(const struct thread_start* start) {
  enum { RFPROC = 1 << 4, RFMEM = 1 << 5, RFNOWAIT = 1 << 6, RFTHREAD = 1 << 13 };
  if (fork_thread(RFPROC | RFMEM | RFNOWAIT | RFTHREAD, make_stack(start)) < 0)
    glue_die("rfork failed: is kern.rthreads on?");
}

/* The kernel unlocks when the thread counts as asleep, so that no wake is lost between looking and sleeping. */
static volatile uint lock;

static void take_lock(void) {
  while (__sync_lock_test_and_set(&lock, 1)) glue_yield();
}

void glue_sleep(volatile uint* at, uint value) {
  for (;;) {
    take_lock();
    if (*at != value) break;
    call7(SYS_thrsleep, (word)at, 0, 0, (word)&lock, 0, 0, 0);
  }
  __sync_lock_release(&lock);
}

void glue_wake(volatile uint* at) {
  take_lock();
  call3(SYS_thrwakeup, (word)at, 0, 0);
  __sync_lock_release(&lock);
}

void glue_yield(void) {
  call3(SYS_sched_yield, 0, 0, 0);
}

#if defined(__x86_64__)

void glue_start_timer(void) {
  const struct alternate_stack stack = make_alternate_stack();
  const struct {
    void (*handler)(int, void*, void*);
    uint mask;
    int flags;
  } action = {handle_alarm, ~0u, kOnStack | kRestart | kSigInfo};
  must(call3(SYS_sigaltstack, (word)&stack, 0, 0), "sigaltstack failed");
  must(call3(SYS_sigaction, kAlarm, (word)&action, 0), "sigaction failed");
  must(call3(SYS_setitimer, kRealTimer, (word)kTimer, 0), "setitimer failed");
}

#endif
