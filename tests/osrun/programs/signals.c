// sigaction and the frame of its handlers, sigprocmask, sigaltstack, setitimer, EINTR, faults, and the way back.
#include "kernel.h"

#if defined(OPENBSD)
struct action {
  void (*handler)(int, char*, char*);
  unsigned mask;
  int flags;
};
enum { kCode = 4, kAddress = 16, kRipInContext = 168, kRaxInContext = 112 };
#elif defined(NETBSD)
struct action {
  void (*handler)(int, char*, char*);
  unsigned mask[4];
  int flags;
};
enum { kCode = 4, kAddress = 16, kRipInContext = 56 + 21 * 8, kRaxInContext = 56 + 14 * 8 };
void return_from_signal(void);
__asm__("return_from_signal:\n\tmov %r15, %rdi\n\tmov $308, %eax\n\tsyscall\n\tud2");
#else
struct action {
  void (*handler)(int, char*, char*);
  int flags;
  unsigned mask[4];
};
#if defined(FREEBSD)
enum { kCode = 8, kAddress = 24, kRipInContext = 176, kRaxInContext = 72 };
#else
enum { kCode = 8, kAddress = 24, kRipInContext = 232, kRaxInContext = 120 };
#endif
#endif

enum { kSegmentation = 11, kAlarm = 14, kUser1 = 30, kUser2 = 31 };
enum { kOnStack = 1, kRestart = 2, kResetHand = 4, kInformation = 0x40 };

static struct answer set_action(int signal, void (*handler)(int, char*, char*), int flags, struct action* old) {
  struct action action = {.handler = handler, .flags = flags | kInformation};
#if defined(NETBSD)
  return CALL5(SYS_sigaction, signal, &action, old, return_from_signal, 2);
#else
  return CALL3(SYS_sigaction, signal, &action, old);
#endif
}

static void set_mask(int how, unsigned bits) {
#if defined(OPENBSD)
  SUCCEEDS(CALL2(SYS_sigprocmask, how, bits));
#else
  const unsigned set[4] = {bits};
  SUCCEEDS(CALL3(SYS_sigprocmask, how, set, 0));
#endif
}

static unsigned get_mask(void) {
#if defined(OPENBSD)
  return (unsigned)CALL2(SYS_sigprocmask, 1, 0).value;
#else
  unsigned set[4] = {0};
  SUCCEEDS(CALL3(SYS_sigprocmask, 1, 0, set));
  return set[0];
#endif
}

static struct answer raise_here(int signal) {
#if defined(FREEBSD)
  word self = 0;
  SUCCEEDS(CALL1(SYS_thr_self, &self));
  return CALL2(SYS_thr_kill, self, signal);
#elif defined(DRAGONFLY)
  return CALL3(SYS_lwp_kill, -1, CALL0(SYS_lwp_gettid).value, signal);
#elif defined(NETBSD)
  return CALL2(SYS_lwp_kill, CALL0(SYS_lwp_self).value, signal);
#else
  return CALL3(SYS_thrkill, CALL0(SYS_getthrid).value, signal, 0);
#endif
}

static volatile int count, last_signal;
static volatile unsigned mask_in_handler;
static volatile word stack_in_handler;
static unsigned char other_stack[16384] __attribute__((aligned(16)));

static void note(int signal, char* information, char* context) {
  if (*(int*)information != signal) fail_at(__LINE__);
  count++;
  last_signal = signal;
  mask_in_handler = get_mask();
  stack_in_handler = (word)__builtin_frame_address(0);
  (void)context;
}

// A load of two bytes of opcode and operand, which the handler steps over.
static void skip_load(int signal, char* information, char* context) {
  if (signal != kSegmentation || *(word*)(information + kAddress) != 0x10) fail_at(__LINE__);
  if (*(int*)(information + kCode) != 1) fail_at(__LINE__);  // SEGV_MAPERR
  *(word*)(context + kRipInContext) += 3;
  *(word*)(context + kRaxInContext) = 0x5555;
  count++;
}

static void check_fault(void) {
  SUCCEEDS(set_action(kSegmentation, skip_load, 0, 0));
  word value = 0x10;
  __asm__ volatile("mov (%%rax), %%rax" : "+a"(value));
  CHECK(value == 0x5555 && count == 1);
}

static void check_mask(void) {
  count = 0;
  struct action old = {0};
  SUCCEEDS(set_action(kUser1, note, 0, &old));
  CHECK(old.handler == 0);
  SUCCEEDS(raise_here(kUser1));
  CHECK(count == 1 && last_signal == kUser1);
  CHECK(mask_in_handler == 1u << (kUser1 - 1) && get_mask() == 0);
  set_mask(1, 1u << (kUser1 - 1));
  SUCCEEDS(CALL2(SYS_kill, CALL0(SYS_getpid).value, kUser1));
  CHECK(count == 1);
  set_mask(2, 1u << (kUser1 - 1));  // delivered before the call returns
  CHECK(count == 2);
  set_mask(3, ~0u);
  CHECK(get_mask() == (~0u & ~(1u << 8 | 1u << 16)));  // SIGKILL and SIGSTOP cannot be blocked
  set_mask(3, 0);
  SUCCEEDS(set_action(kUser2, note, kResetHand, 0));
  SUCCEEDS(raise_here(kUser2));
  SUCCEEDS(set_action(kUser2, note, 0, &old));
  CHECK(count == 3 && old.handler == 0);
  FAILS_WITH(set_action(9, note, 0, 0), kEINVAL);
  FAILS_WITH(set_action(99, note, 0, 0), kEINVAL);
}

static void check_stack(void) {
  struct {
    void* start;
    word size;
    int flags, padding;
  } stack = {other_stack, sizeof other_stack, 0, 0}, old = {0, 0, 0, 0}, small = {other_stack, 100, 0, 0};
  FAILS_WITH(CALL2(SYS_sigaltstack, &small, 0), kENOMEM);
  SUCCEEDS(CALL2(SYS_sigaltstack, &stack, &old));
  CHECK(old.flags == 4);  // SS_DISABLE
  SUCCEEDS(set_action(kUser1, note, kOnStack, 0));
  SUCCEEDS(raise_here(kUser1));
  CHECK(stack_in_handler - (word)other_stack < sizeof other_stack);
  SUCCEEDS(CALL2(SYS_sigaltstack, 0, &old));
  CHECK(old.start == other_stack && old.flags == 0);
}

static void check_timer(void) {
  count = 0;
  SUCCEEDS(set_action(kAlarm, note, kRestart, 0));
  const struct time timer[2] = {{0, 0}, {0, 20000}}, pause = {10, 0};
  struct time rest = {0, 0};
  SUCCEEDS(CALL3(SYS_setitimer, 0, timer, 0));
  FAILS_WITH(CALL2(SYS_nanosleep, &pause, &rest), kEINTR);  // though SA_RESTART is set
  CHECK(count == 1 && last_signal == kAlarm && rest.seconds == 9);
}

// The vector registers and the flags come back from a handler that changes them.
static void spoil(int signal, char* information, char* context) {
  __asm__ volatile("pxor %%xmm3, %%xmm3\n\tstd\n\tcld" ::: "xmm3", "cc");
  note(signal, information, context);
}

static void check_registers(void) {
  SUCCEEDS(set_action(kUser1, spoil, 0, 0));
  double before = 2.5, after = 0;
  const word process = CALL0(SYS_getpid).value;
  word number = SYS_kill;
  unsigned char is_carry_clear = 0;
  __asm__ volatile("movsd %3, %%xmm3\n\tsyscall\n\tsetnc %2\n\tmovsd %%xmm3, %1"
                   : "+a"(number), "=m"(after), "=r"(is_carry_clear)
                   : "m"(before), "D"(process), "S"((word)kUser1)
                   : "rcx", "r8", "r9", "r10", "r11", "xmm3", "memory");
  CHECK(after == 2.5 && is_carry_clear && number == 0);
}

void check(void) {
  check_fault();
  check_mask();
  check_stack();
  check_timer();
  check_registers();
}
