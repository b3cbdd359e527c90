// Exceptions that nobody handles are reported, with all registers, and end with a status of their own.
// compile: -fno-optimize-sibling-calls
// boot: -M microvm -m 64M -append divide
// exit: 67
// > before
// >
// > xrt: divide error, vector 0
// > {*}rax 000000000000002a{*}
// > {*}
// > {*}
// > {*}r15 0000000000001234
// > {*}
// > {*}err 0000000000000000
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append opcode
// boot: -M pc -m 64M -append opcode
// exit: 67
// > before
// >
// > xrt: invalid opcode, vector 6
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}err 0000000000000000
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append protection
// exit: 67
// > before
// >
// > xrt: general protection, vector 13
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}err 0000000000000ff8
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append page
// exit: 67
// > before
// >
// > xrt: page fault, vector 14, nothing mapped: write 0000123456789000
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}cr2 0000123456789000
// > {*}err 0000000000000002
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append recursion
// boot: -M q35 -m 64M -append recursion
// exit: 67
// > before
// >
// > xrt: page fault, vector 14, nothing mapped: write 000000007fe00{x}
// > {*}
// > {*}rsp 000000007fe0{x}
// > {*}
// > {*}
// > {*}
// > {*}
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// boot: -M microvm -m 64M -append thread
// exit: 67
// > before
// >
// > xrt: page fault, vector 14, nothing mapped: write 00002200{x}
// > {*}
// > {*}rsp 00002200{x}
// > {*}
// > {*}
// > {*}
// > {*}
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// >   {x} recurse+0x{x}
// boot: -M microvm -m 64M -append double
// exit: 67
// > before
// >
// > xrt: double fault, vector 8
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}err 0000000000000000
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append nested
// exit: 67
// > before
// >
// > xrt: double fault, vector 8
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}err 0000000000000000
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} on_invalid+0x{x}
// boot: -M microvm -m 64M -append nmi
// boot: -M pc -m 64M -append nmi
// exit: 67
// > before
// >
// > xrt: non-maskable interrupt, vector 2
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > {*}
// > stack:{*}
// > {*}
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append panic
// exit: 69
// > before
// >
// > xrt: panic: of the program's own
// > backtrace:
// >   {x} fault_here+0x{x}
// >   {x} main+0x{x}
// >   {x} {*}run_program{*}+0x{x}
// boot: -M microvm -m 64M -append deadlock
// exit: 75
// > before
// >
// > xrt: all threads wait, and nothing can wake one
// boot: -M microvm -m 64M -append code
// exit: 213
// > before
#include <xrt.h>

extern int strcmp(const char *, const char *);

__attribute__((noinline)) int recurse(volatile int *depth) {
  volatile int next = *depth + 1;
  return next < 1000000000 ? recurse(&next) + next : 0;
}

static void double_fault(void) {
  /* Without a gate for it, an exception becomes a general protection, and that for the same reason a double fault. */
  struct {
    uint16_t limit;
    uint64_t base;
  } __attribute__((packed)) table;
  asm volatile("sidt %0" : "=m"(table));
  table.limit = 9 * 16 - 1;
  asm volatile("lidt %0; movq $0x1234, %%rax; movq (%%rax), %%rax" ::"m"(table) : "rax");
}

/* A handler that needs itself: as deep as its stack, and not deeper. */
__attribute__((noinline, target("general-regs-only"))) void on_invalid(struct xrt_frame *frame) {
  asm volatile("ud2");
  frame->rip += 2;
}

static void send_nmi(void) {
  volatile uint32_t *apic = xrt_map_physical(0xfee00000, 4096);
  apic[0xf0 / 4] |= 0x100;
  apic[0x300 / 4] = 1 << 18 | 4 << 8; /* to itself, as NMI */
  for (;;) asm volatile("pause");
}

static int recurse_in_thread(void *argument) { return recurse(argument); }

static void overflow_in_thread(void) {
  static volatile int depth;
  xrt_thread *thread;
  xrt_thread_create(&thread, recurse_in_thread, (void *)&depth, 0);
  xrt_thread_join(thread, 0);
}

__attribute__((noinline)) int fault_here(const char *kind) {
  if (strcmp(kind, "divide") == 0)
    asm volatile("movq $0x1234, %%r15; movl $42, %%eax; xorl %%edx, %%edx; divl %%edx" ::: "rax", "rdx", "r15");
  if (strcmp(kind, "opcode") == 0) asm volatile("ud2");
  if (strcmp(kind, "protection") == 0) asm volatile("movl $0xff8, %%eax; movl %%eax, %%ds" ::: "rax");
  if (strcmp(kind, "page") == 0) *(volatile int *)0x123456789000 = 1;
  if (strcmp(kind, "double") == 0) double_fault();
  if (strcmp(kind, "nmi") == 0) send_nmi();
  if (strcmp(kind, "nested") == 0) {
    xrt_set_trap_handler(6, on_invalid);
    asm volatile("ud2");
  }
  if (strcmp(kind, "panic") == 0) xrt_panic("of the program's own");
  if (strcmp(kind, "thread") == 0) overflow_in_thread();
  if (strcmp(kind, "deadlock") == 0) {
    uint32_t word = 0;
    xrt_futex_wait(&word, 0, XRT_FOREVER);
  }
  int depth = 0;
  return strcmp(kind, "recursion") == 0 ? recurse(&depth) : 42;
}

int main(void) {
  xrt_printf("before\n");
  return fault_here(xrt_command_line());
}
