/* freebsd-amd64 and freebsd-386: thr_new, _umtx_op, sysarch. */
#include "bsd.h"

enum {
  SYS_sigaltstack = 53,
  SYS_setitimer = 83,
  SYS_sysarch = 165,
  SYS_sched_yield = 331,
  SYS_sigaction = 416,
  SYS_thr_exit = 431,
  SYS_umtx_op = 454,
  SYS_thr_new = 455,
  SYS_mmap = 477
};

static struct result map_memory(word size) {
  return call7(SYS_mmap, 0, size, 1 | 2, 0x1000 | 2, (word)-1, 0, 0);
}

static void set_thread_pointer(word base) {
  enum { AMD64_SET_FSBASE = 129, I386_SET_GSBASE = 10 };
  const word operation = sizeof(word) == 8 ? AMD64_SET_FSBASE : I386_SET_GSBASE;
  must(call3(SYS_sysarch, operation, (word)&base, 0), "sysarch failed");
}

static void enter_thread(struct stack_top* top) {
  thread_begin(&top->start, (word)top);
  for (;;) call3(SYS_thr_exit, 0, 0, 0);
}

void glue_thread_start(const struct thread_start* start) {
  struct stack_top* top = make_stack(start);
  const word bottom = (word)top + sizeof *top - kStackSize;
  long number;
  struct { /* struct thr_param */
    void (*run)(struct stack_top*);
    struct stack_top* argument;
    word stack, stack_size, thread_pointer, thread_area_size;
    long *child_number, *parent_number;
    int flags;
    void* priority;
    word spare[3];
  } parameters = {
      enter_thread, top, bottom, (word)top - bottom, thread_pointer_of(top), sizeof *top, &number, &number, 0, 0, {0}};
  must(call3(SYS_thr_new, (word)&parameters, sizeof parameters, 0), "thr_new failed");
}

enum { UMTX_OP_WAKE = 3, UMTX_OP_WAIT_UINT = 11 };

void glue_sleep(volatile uint* at, uint value) {
  while (*at == value) call7(SYS_umtx_op, (word)at, UMTX_OP_WAIT_UINT, value, 0, 0, 0, 0);
}

void glue_wake(volatile uint* at) {
  call3(SYS_umtx_op, (word)at, UMTX_OP_WAKE, 0x7fffffff);
}
void glue_yield(void) {
  call3(SYS_sched_yield, 0, 0, 0);
}

#if defined(__x86_64__)

void glue_start_timer(void) {
  const struct alternate_stack stack = make_alternate_stack();
  const struct {
    void (*handler)(int, void*, void*);
    int flags;
    uint mask[4];
  } action = {handle_alarm, kOnStack | kRestart | kSigInfo, {~0u, ~0u, ~0u, ~0u}};
  must(call3(SYS_sigaltstack, (word)&stack, 0, 0), "sigaltstack failed");
  must(call3(SYS_sigaction, kAlarm, (word)&action, 0), "sigaction failed");
  must(call3(SYS_setitimer, kRealTimer, (word)kTimer, 0), "setitimer failed");
}

#endif
