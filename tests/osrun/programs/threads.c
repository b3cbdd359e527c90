// A thread with its own stack and thread pointer; its number; sleeping, waking, timeouts and the errors of both.
#include "kernel.h"

static word number;          // of the new thread, by whoever writes it
static volatile int state;   // 1: the thread runs, 2: it has been woken, 3: the main thread may end
static volatile int lonely;  // nobody wakes who sleeps on it
static word thread_area[2] = {0x1111, 0x2222};
__attribute__((unused)) static word main_area[2] = {0x3333, 0x4444};
static unsigned char stack[16384] __attribute__((aligned(16)));

static word before_fs(void) {
  word value;
  __asm__ volatile("mov %%fs:-8, %0" : "=r"(value));
  return value;
}

static word self(void);
static int sleep_while(volatile int* at, int value, long nanoseconds);  // 0 or an error number
static void wake(volatile int* at);

static void thread_body(word argument) {
  if (argument != 0x77 || before_fs() != 0x1111 || self() == 0) fail_at(__LINE__);
  if (number != 0 && self() != number) fail_at(__LINE__);
  state = 1;
  wake(&state);
  while (state != 2) sleep_while(&state, 1, 0);
  state = 3;
  wake(&state);
}

#if defined(FREEBSD)

static word self(void) {
  word got = 0;
  SUCCEEDS(CALL1(SYS_thr_self, &got));
  return got;
}

static volatile int ended[2];

__attribute__((force_align_arg_pointer)) static void enter(word argument) {
  thread_body(argument);
  for (;;) CALL1(SYS_thr_exit, ended);
}

static void start(void) {
  word base = (word)&main_area[1];
  SUCCEEDS(CALL2(SYS_sysarch, 129, &base));
  word parameters[13] = {(word)enter,           0x77, (word)stack,   sizeof stack,
                         (word)&thread_area[1], 16,   (word)&number, (word)&number};
  FAILS_WITH(CALL2(SYS_thr_new, 8, sizeof parameters), kEFAULT);
  FAILS_WITH(CALL2(SYS_thr_new, parameters, 16), kEINVAL);
  SUCCEEDS(CALL2(SYS_thr_new, parameters, sizeof parameters));
  CHECK(number != 0 && number != self());
}

static int sleep_while(volatile int* at, int value, long nanoseconds) {
  const struct time time = {0, nanoseconds};
  const struct answer answer =
      CALL5(SYS_umtx_op, at, 11, value, nanoseconds ? sizeof time : 0, nanoseconds ? &time : 0);
  return answer.failed ? (int)answer.value : 0;
}

static void wake(volatile int* at) {
  SUCCEEDS(CALL3(SYS_umtx_op, at, 3, 1));
}

static void check_more(void) {
  CHECK(sleep_while(&lonely, lonely, 10000000) == kETIMEDOUT);
  CHECK(sleep_while(&lonely, lonely + 1, 0) == 0);
  FAILS_WITH(CALL5(SYS_umtx_op, 8, 11, 0, 0, 0), kEFAULT);
  while (!ended[0]) CALL5(SYS_umtx_op, ended, 2, 0, 0, 0);  // a long
}

#elif defined(DRAGONFLY)

static word self(void) {
  return CALL0(SYS_lwp_gettid).value;
}

static int ended;

__attribute__((force_align_arg_pointer)) static void enter(word argument) {
  struct {
    word base;
    int size, padding;
  } information = {(word)&thread_area[1], 16, 0};
  SUCCEEDS(CALL3(SYS_set_tls_area, 0, &information, 16));
  thread_body(argument);
  for (;;) CALL3(SYS_extexit, 1 | 1 << 16, 9, &ended);
}

static void start(void) {
  int numbers[2] = {0, 0};
  word parameters[5] = {(word)enter, 0x77, (word)(stack + sizeof stack - 8), (word)&numbers[0], (word)&numbers[1]};
  FAILS_WITH(CALL1(SYS_lwp_create, 8), kEFAULT);
  SUCCEEDS(CALL1(SYS_lwp_create, parameters));
  CHECK(numbers[0] != 0 && numbers[0] == numbers[1] && (word)numbers[0] != self());
}

static int sleep_while(volatile int* at, int value, long nanoseconds) {
  const struct answer answer = CALL3(SYS_umtx_sleep, at, value, nanoseconds / 1000);
  return answer.failed ? (int)answer.value : 0;
}

static void wake(volatile int* at) {
  SUCCEEDS(CALL2(SYS_umtx_wakeup, at, 0));
}

static void check_more(void) {
  CHECK(sleep_while(&lonely, lonely, 10000000) == kEAGAIN);
  CHECK(sleep_while(&lonely, lonely + 1, 0) == kEBUSY);
  FAILS_WITH(CALL3(SYS_umtx_sleep, 8, 0, 0), kEFAULT);
  while (*(volatile int*)&ended != 9) CALL0(SYS_sched_yield);
}

#elif defined(NETBSD)

static word self(void) {
  return CALL0(SYS_lwp_self).value;
}

__attribute__((force_align_arg_pointer)) static void enter(word argument) {
  thread_body(argument);
  for (;;) CALL0(SYS_lwp_exit);
}

static int thread_number;
static word main_number;

static void start(void) {
  SUCCEEDS(CALL1(SYS_lwp_setprivate, &main_area[1]));
  main_number = self();
  static word context[98];  // ucontext_t
  SUCCEEDS(CALL1(SYS_getcontext, context));
  word* registers = context + 7;
  registers[0] = 0x77;                               // RDI
  registers[21] = (word)enter;                       // RIP
  registers[24] = (word)(stack + sizeof stack - 8);  // RSP
  registers[26] = (word)&thread_area[1];             // _mc_tlsbase
  *(unsigned*)context |= 0x80000;                    // _UC_TLSBASE
  FAILS_WITH(CALL3(SYS_lwp_create, 8, 0, &thread_number), kEFAULT);
  FAILS_WITH(CALL3(SYS_lwp_create, context, 1, &thread_number), kEINVAL);
  SUCCEEDS(CALL3(SYS_lwp_create, context, 0, &thread_number));
  CHECK(thread_number != 0 && (word)thread_number != main_number);
  SUCCEEDS(CALL1(SYS_lwp_detach, thread_number));
}

// Parking has no word: whoever is unparked looks again.
static int sleep_while(volatile int* at, int value, long nanoseconds) {
  if (*at != value) return 0;
  const struct time time = {0, nanoseconds};
  const struct answer answer = call(SYS_lwp_park60, kMonotonic, 0, nanoseconds ? (word)&time : 0, 0, (word)at, 0, 0);
  return answer.failed && answer.value != kEALREADY ? (int)answer.value : 0;
}

static void wake(volatile int* at) {
  SUCCEEDS(CALL2(SYS_lwp_unpark, self() == main_number ? (word)thread_number : main_number, at));
}

static void check_more(void) {
  while (sleep_while(&lonely, lonely, 10000000) != kETIMEDOUT) {
  }
  FAILS_WITH(CALL2(SYS_lwp_unpark, 999, 0), kESRCH);
  SUCCEEDS(CALL2(SYS_lwp_unpark, self(), 0));  // before it parks
  FAILS_WITH(CALL5(SYS_lwp_park50, 0, 0, 0, 0, 0), kEALREADY);
  const struct time past = {1, 0};
  FAILS_WITH(CALL5(SYS_lwp_park50, &past, 0, 0, 0, 0), kETIMEDOUT);
}

#elif defined(OPENBSD)

static word self(void) {
  return CALL0(SYS_getthrid).value;
}

__attribute__((used)) static void enter(void) {
  thread_body(0x77);
  static volatile int gone = 1;
  for (;;) CALL1(SYS_threxit, &gone);
}

// A thread by rfork has its creator's stack pointer until it takes its own; one by __tfork is given its own.
static word fork_thread(int is_new, word first, word second) {
  word result;
  __asm__ volatile(
      "mov %[stack], %%rbx\n\tsyscall\n\tjc 1f\n\ttest %%eax, %%eax\n\tjnz 1f\n\t"
      "mov %%rbx, %%rsp\n\tcall *%[entry]\n1:"
      : "=a"(result)
      : "0"(is_new ? SYS_tfork : SYS_rfork), "D"(first),
        "S"(second), [stack] "r"(stack + sizeof stack), [entry] "r"(enter)
      : "rbx", "rcx", "r11", "memory");
  return result;
}

static void start(void) {
  word base = (word)&thread_area[1];
  SUCCEEDS(CALL2(SYS_sysarch, 12, &base));  // which a thread by rfork inherits
#ifdef RFORK
  number = fork_thread(0, 1 << 4 | 1 << 5 | 1 << 6 | 1 << 13, 0);
#else
  int numbers[2] = {0, 0};
  word parameters[3] = {(word)&thread_area[1], (word)numbers, (word)(stack + sizeof stack)};
  FAILS_WITH(CALL2(SYS_tfork, parameters, 8), kEINVAL);
  const word result = fork_thread(1, (word)parameters, sizeof parameters);
  CHECK(result == (word)numbers[0]);
  number = result;
#endif
  CHECK(number > 1 && number != self());
}

static int sleep_while(volatile int* at, int value, long nanoseconds) {
  struct time end = {0, nanoseconds};
  struct answer answer = CALL5(SYS_futex, at, 1, value, nanoseconds ? &end : 0, 0);
  return answer.failed ? (int)answer.value : 0;
}

static void wake(volatile int* at) {
  CALL3(SYS_futex, at, 2, 1);
}

static volatile int lock = 1, is_aborted = 1;

static void check_more(void) {
  CHECK(sleep_while(&lonely, lonely, 10000000) == kETIMEDOUT);
  CHECK(sleep_while(&lonely, lonely + 1, 0) == kEAGAIN);
  // The error of __thrsleep is its result.
  struct time end;
  SUCCEEDS(CALL2(SYS_clock_gettime, kMonotonic, &end));
  struct answer answer = CALL5(SYS_thrsleep, &lonely, kMonotonic, &end, &lock, 0);
  CHECK(!answer.failed && answer.value == kEAGAIN && lock == 0);
  answer = CALL5(SYS_thrsleep, &lonely, 0, 0, 0, &is_aborted);
  CHECK(!answer.failed && answer.value == kEINTR);
  answer = CALL5(SYS_old_thrsleep, &lonely, kMonotonic, &end, 0, 0);
  CHECK(!answer.failed && answer.value == kEAGAIN);
  answer = CALL2(SYS_thrwakeup, &lonely, 0);
  CHECK(!answer.failed && answer.value == kESRCH);
}

#endif

void check(void) {
  start();
  while (state == 0) sleep_while(&state, 0, 0);
  state = 2;
  wake(&state);
  while (state != 3) sleep_while(&state, 2, 0);
  check_more();
}
