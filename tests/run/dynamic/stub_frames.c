// Steps through the calls of stepping code and unwinds from each instruction of the linker's stubs on the way.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unwind.h>
#ifdef __x86_64__
#define PC REG_RIP
#define PUSHF "pushfq\n orl $0x100,(%%rsp)\n popfq"
#define POPF "pushfq\n andl $~0x100,(%%rsp)\n popfq"
#else
#define PC REG_EIP
#define PUSHF "pushfl\n orl $0x100,(%%esp)\n popfl"
#define POPF "pushfl\n andl $~0x100,(%%esp)\n popfl"
#endif
extern char __executable_start[], etext[], __start_stepping[], __stop_stepping[];
extern void called(void);
static int steps, wrong;
static int is_between(uintptr_t pc, const char* begin, const char* end) {
  return pc >= (uintptr_t)begin && pc < (uintptr_t)end;
}
struct walk {
  uintptr_t stub;
  int was_stub, found;
};
static _Unwind_Reason_Code visit(struct _Unwind_Context* context, void* data) {
  struct walk* walk = data;
  uintptr_t pc = _Unwind_GetIP(context);
  if (walk->was_stub && !walk->found) walk->found = is_between(pc, __start_stepping, __stop_stepping) ? 1 : -1;
  if (pc == walk->stub) walk->was_stub = 1;
  return _URC_NO_REASON;
}
static void step(int number, siginfo_t* info, void* data) {
  uintptr_t pc = ((ucontext_t*)data)->uc_mcontext.gregs[PC];
  if (!is_between(pc, __executable_start, etext) || is_between(pc, __start_stepping, __stop_stepping)) return;
  struct walk walk = {pc, 0, 0};
  _Unwind_Backtrace(visit, &walk);
  steps++;
  if (walk.found != 1) wrong++;
}
__attribute__((noinline, section("stepping"))) static void call_twice(void) {
  __asm__ volatile(PUSHF ::: "memory", "cc");
  called();
  called();
  __asm__ volatile(POPF ::: "memory", "cc");
}
int main(int argc, char** argv) {
  struct walk walk = {0, 0, 0};
  _Unwind_Backtrace(visit, &walk);
  struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
  sigaction(SIGTRAP, &action, 0);
  call_twice();
  if (wrong || argc < 2 || steps < atoi(argv[1])) printf("%d of %d steps are wrong\n", wrong, steps);
  return 0;
}
