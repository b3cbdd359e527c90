// What the test programs share: system calls as the kernels take them, and checks. One source, compiled once a system
// with -DFREEBSD, -DNETBSD, -DOPENBSD or -DDRAGONFLY; the numbers are in numbers.h.
#pragma once
#include "numbers.h"

typedef unsigned long word;

struct answer {
  word value;  // the result, or the error number
  int failed;  // the carry flag
};

// Six arguments in registers, the seventh above what would be the return address. A kernel may clobber R8 to R10.
static inline struct answer call(word number, word a, word b, word c, word d, word e, word f, word g) {
  struct answer answer;
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  unsigned char carry;
  __asm__ volatile("push %[g]\n\tpush $0\n\tsyscall\n\tsetc %[carry]\n\tlea 16(%%rsp), %%rsp"
                   : "=a"(answer.value), [carry] "=b"(carry), "+r"(r10), "+r"(r8), "+r"(r9)
                   : "0"(number), "D"(a), "S"(b), "d"(c), [g] "r"(g)
                   : "rcx", "r11", "memory");
  answer.failed = carry;
  return answer;
}

#define CALL0(n) call(n, 0, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) call(n, (word)(a), 0, 0, 0, 0, 0, 0)
#define CALL2(n, a, b) call(n, (word)(a), (word)(b), 0, 0, 0, 0, 0)
#define CALL3(n, a, b, c) call(n, (word)(a), (word)(b), (word)(c), 0, 0, 0, 0)
#define CALL5(n, a, b, c, d, e) call(n, (word)(a), (word)(b), (word)(c), (word)(d), (word)(e), 0, 0)

_Noreturn static inline void leave(int status) {
  for (;;) CALL1(SYS_exit, status);
}

static inline void print(const char* text) {
  word size = 0;
  while (text[size]) size++;
  CALL3(SYS_write, 1, text, size);
}

static inline void fail_at(int line) {
  char digits[8] = {'l', 'i', 'n', 'e', ' '};
  print(digits);
  char number[] = "000\n";
  for (int i = 2; i >= 0; i--, line /= 10) number[i] = (char)('0' + line % 10);
  print(number);
  leave(1);
}

#define CHECK(condition)                 \
  do {                                   \
    if (!(condition)) fail_at(__LINE__); \
  } while (0)
#define SUCCEEDS(result) CHECK(!(result).failed)
#define FAILS_WITH(result, number)                     \
  do {                                                 \
    const struct answer checked = (result);            \
    CHECK(checked.failed&& checked.value == (number)); \
  } while (0)

// A call that all systems have with the same arguments but for the padding of OpenBSD's, NetBSD's and DragonFly's mmap.
static inline struct answer map(word address, word size, int protection, int flags) {
#ifdef FREEBSD
  return call(SYS_mmap, address, size, (word)protection, (word)flags, (word)-1, 0, 0);
#else
  return call(SYS_mmap, address, size, (word)protection, (word)flags, (word)-1, 0xbad, 0);
#endif
}

enum { kRead = 1, kWrite = 2, kExecute = 4, kPrivate = 2, kFixed = 0x10, kAnonymous = 0x1000 };

struct time {
  long seconds, nanoseconds;
};

// What the kernel put there at the start.
static word entry_stack, entry_rdi, entry_rbx;

void check(void);  // the program

__asm__(
    ".globl _start\n_start:\n\tmov %rdi, %rsi\n\tmov %rsp, %rdi\n\tmov %rbx, %rdx\n\t"
    "and $-16, %rsp\n\tcall begin");
__attribute__((used)) static void begin(word stack, word rdi, word rbx) {
  entry_stack = stack, entry_rdi = rdi, entry_rbx = rbx;
  check();
  print("fine\n");
  leave(0);
}
