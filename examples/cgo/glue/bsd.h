/* What the four BSDs have in common: the way into the kernel, memory, output, signals and the start of a thread. */
#include "../cgo.h"

struct result {
  word value;
  int failed; /* the carry flag: value is an error number */
};

#if defined(__x86_64__)

/* Six arguments in registers; a seventh lies above what would be the return address. R8 to R10 may be lost. */
static struct result call7(word number, word a, word b, word c, word d, word e, word f, word g) {
  struct result result;
  unsigned char carry;
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("push %[g]\n\tpush $0\n\tsyscall\n\tsetc %[carry]\n\tlea 16(%%rsp), %%rsp"
                   : "=a"(result.value), [carry] "=b"(carry), "+r"(r10), "+r"(r8), "+r"(r9)
                   : "0"(number), "D"(a), "S"(b), "d"(c), [g] "r"(g)
                   : "rcx", "r11", "memory");
  result.failed = carry;
  return result;
}

#else

/* All arguments lie above what would be the return address. A number of 64 bits is two of them, which makes an eighth.
 */
static struct result call7(word number, word a, word b, word c, word d, word e, word f, word g) {
  const word arguments[] = {0, a, b, c, d, e, f, g, 0};
  struct result result;
  unsigned char carry;
  __asm__ volatile(
      "push %%ebp\n\tmov %%esp, %%ebp\n\tmov %%edx, %%esp\n\tint $0x80\n\tmov %%ebp, %%esp\n\tpop %%ebp\n\tsetc %%cl"
      : "=a"(result.value), "=c"(carry)
      : "0"(number), "d"(arguments)
      : "memory", "cc");
  result.failed = carry;
  return result;
}

#endif

static struct result call3(word number, word a, word b, word c) {
  return call7(number, a, b, c, 0, 0, 0, 0);
}

enum { SYS_exit = 1, SYS_write = 4, SYS_munmap = 73 };

void glue_write(const char* text, word size) {
  call3(SYS_write, 1, (word)text, size);
}

void glue_die(const char* why) {
  word size = 0;
  while (why[size]) size++;
  glue_write(why, size);
  glue_write("\n", 1);
  for (;;) call3(SYS_exit, 3, 0, 0);
}

static void must(struct result result, const char* what) {
  if (result.failed) glue_die(what);
}

static struct result map_memory(word size); /* readable, writable, anonymous */

void* glue_allocate(word size) {
  static volatile uint lock;
  static word next, end;
  while (__sync_lock_test_and_set(&lock, 1)) glue_yield();
  size = (size + 15) & ~15ul;
  if (end - next < size) {
    const word chunk = size < 65536 ? 65536 : (size + 4095) & ~4095ul;
    const struct result result = map_memory(chunk);
    must(result, "mmap failed");
    next = result.value;
    end = next + chunk;
  }
  void* memory = (void*)next;
  next += size;
  __sync_lock_release(&lock);
  return memory;
}

/* The top of a thread's stack: the two words, what the thread register shows, and what the thread is to run. Code that
 * was compiled for Linux looks for a number that guards its stack at %fs:40. */
enum { kStackSize = 65536 };
struct stack_top {
  word g, m, thread_pointer;
  word padding[4], stack_guard;
  struct thread_start start;
};

static struct stack_top* make_stack(const struct thread_start* start) {
  char* stack = glue_allocate(kStackSize);
  struct stack_top* top = (struct stack_top*)(stack + kStackSize - sizeof *top - sizeof *top % 16);
  top = (struct stack_top*)((word)top & ~15ul);
  top->start = *start;
  start->g->stack_guard = kStackSize - sizeof *top;
  return top;
}

/* What FS shows: the two words end where it points. */
static word thread_pointer_of(struct stack_top* top) {
  return (word)&top->thread_pointer;
}

static struct stack_top first_top;
static void set_thread_pointer(word base);

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start_on_bsd");
#else
__asm__(
    ".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %esp, %eax\n\tand $-16, %esp\n\tsub $12, %esp\n\tpush %eax\n\t"
    "call start_on_bsd");
#endif
__asm__(".globl __start\n.set __start, _start");
__attribute__((used)) static void start_on_bsd(word stack_base) {
  set_thread_pointer(thread_pointer_of(&first_top));
  runtime_main(stack_base, 1 << 20);
  for (;;) call3(SYS_exit, 0, 0, 0);
}

/* ---- signals: for amd64, where the programs with a timer run */

#if defined(__x86_64__)

enum { kAlarm = 14, kOnStack = 1, kRestart = 2, kSigInfo = 0x40, kRealTimer = 0 };

struct alternate_stack {
  void* start;
  word size;
  int flags, padding;
};

/* Called from the kernel's, or the system's own, trampoline, on the alternate stack. */
static void handle_alarm(int number, void* information, void* context) {
  (void)number, (void)information, (void)context;
  runtime_tick();
}

static struct alternate_stack make_alternate_stack(void) {
  return (struct alternate_stack){glue_allocate(32768), 32768, 0, 0};
}

static const long kTimer[4] = {0, 0, 0, 5000}; /* interval, value: seconds and microseconds */

#endif
