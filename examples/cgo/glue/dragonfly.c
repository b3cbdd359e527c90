/* dragonfly-amd64: lwp_create, umtx_sleep, and set_tls_area: sysarch(AMD64_SET_FSBASE), with which the first port of Go
 * crashed, is FreeBSD's and fails here. */
#include "bsd.h"

enum {
  SYS_sigaltstack = 53,
  SYS_setitimer = 83,
  SYS_mmap = 197,
  SYS_sched_yield = 331,
  SYS_sigaction = 342,
  SYS_umtx_sleep = 469,
  SYS_umtx_wakeup = 470,
  SYS_set_tls_area = 472,
  SYS_extexit = 494,
  SYS_lwp_create = 495
};

static struct result map_memory(word size) {
  return call7(SYS_mmap, 0, size, 1 | 2, 0x1000 | 2, (word)-1, 0, 0);
}

static void set_thread_pointer(word base) {
  const struct { /* struct tls_info */
    word base;
    int size, padding;
  } information = {base, 16, 0};
  must(call3(SYS_set_tls_area, 0, (word)&information, sizeof information), "set_tls_area failed");
}

static void enter_thread(struct stack_top* top) {
  enum { EXTEXIT_LWP = 1 };
  set_thread_pointer(thread_pointer_of(top));
  thread_begin(&top->start, (word)top);
  for (;;) call3(SYS_extexit, EXTEXIT_LWP, 0, 0);
}

void glue_thread_start(const struct thread_start* start) {
  struct stack_top* top = make_stack(start);
  int number;
  const struct { /* struct lwp_params: the kernel pushes no return address */
    void (*run)(struct stack_top*);
    struct stack_top* argument;
    word stack;
    int *number, *another;
  } parameters = {enter_thread, top, (word)top - 8, &number, 0};
  must(call3(SYS_lwp_create, (word)&parameters, 0, 0), "lwp_create failed");
}

void glue_sleep(volatile uint* at, uint value) {
  while (*at == value) call3(SYS_umtx_sleep, (word)at, value, 0);
}

void glue_wake(volatile uint* at) {
  call3(SYS_umtx_wakeup, (word)at, 0, 0);
}
void glue_yield(void) {
  call3(SYS_sched_yield, 0, 0, 0);
}

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
