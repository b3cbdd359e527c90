// mmap with its padded argument, munmap, mprotect; what becomes of memory that is writable and executable.
#include "kernel.h"

static struct answer map_file(int file, word offset) {
#ifdef FREEBSD
  return call(SYS_mmap, 0, 4096, kRead, kPrivate, (word)file, offset, 0);
#else
  return call(SYS_mmap, 0, 4096, kRead, kPrivate, (word)file, 0xbad, offset);
#endif
}

__attribute__((unused)) static int runs(volatile unsigned char* code) {
  code[0] = 0xb8, code[1] = 42, code[2] = code[3] = code[4] = 0, code[5] = 0xc3;  // mov $42, %eax; ret
#ifdef NETBSD
  if (CALL3(SYS_mprotect, code, 4096, kRead | kExecute).failed) return 0;
#endif
  return ((int (*)(void))code)();
}

void check(void) {
  struct answer answer = map(0, 8192, kRead | kWrite, kPrivate | kAnonymous);
  SUCCEEDS(answer);
  volatile unsigned char* memory = (unsigned char*)answer.value;
  CHECK(answer.value % 4096 == 0 && memory[8191] == 0);
  memory[8191] = 1;
  SUCCEEDS(CALL2(SYS_munmap, memory + 4096, 4096));
  FAILS_WITH(CALL3(SYS_write, 1, memory + 4096, 1), kEFAULT);
  answer = map((word)memory + 4096, 4096, kRead | kWrite, kPrivate | kAnonymous | kFixed);
  CHECK(!answer.failed && answer.value == (word)memory + 4096 && memory[8191] == 0);
  SUCCEEDS(CALL3(SYS_mprotect, memory, 4096, 0));
  FAILS_WITH(CALL3(SYS_write, 1, memory, 1), kEFAULT);
  SUCCEEDS(CALL3(SYS_mprotect, memory, 4096, kRead | kWrite));
  FAILS_WITH(map(0, 0, kRead, kPrivate | kAnonymous), kEINVAL);
  FAILS_WITH(map_file(99, 0), kEBADF);
  FAILS_WITH(map_file(0, 1), kEINVAL);  // the offset is seen: it is not aligned
  answer = map_file(0, 0);
  CHECK(!answer.failed && *(char*)answer.value == '0');
#ifdef FREEBSD
  SUCCEEDS(call(SYS_old_mmap, 0, 4096, kRead, kPrivate | kAnonymous, (word)-1, 0xbad, 0));
  FAILS_WITH(call(SYS_mmap, 0, 4096, kRead, kPrivate | kAnonymous, 0, 0, 0), kEINVAL);  // anonymous, and a file
#endif
#ifdef OPENBSD
  SUCCEEDS(call(SYS_new_mmap, 0, 4096, kRead, kPrivate | kAnonymous, (word)-1, 0, 0));
  enum { kENOTSUP = 91 };
  FAILS_WITH(map(0, 4096, kRead | kWrite | kExecute, kPrivate | kAnonymous), kENOTSUP);
  FAILS_WITH(CALL3(SYS_mprotect, memory, 4096, kRead | kWrite | kExecute), kENOTSUP);
#else
  answer = map(0, 4096, kRead | kWrite | kExecute, kPrivate | kAnonymous);
  CHECK(!answer.failed && runs((unsigned char*)answer.value) == 42);
#endif
  FAILS_WITH(map(0, 4096, kRead, kPrivate | kAnonymous | 0x80000), kEINVAL);  // a flag nobody has
}
