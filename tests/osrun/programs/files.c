// write, read, lseek with and without padding, close, getpid, and their errors. Standard input is a file of ten digits.
#include "kernel.h"

static struct answer seek(int file, long offset, int whence) {
#ifdef FREEBSD
  return CALL3(SYS_lseek, file, offset, whence);
#else
  return call(SYS_lseek, (word)file, 0xbad, (word)offset, (word)whence, 0, 0, 0);
#endif
}

void check(void) {
  char bytes[16];
  struct answer answer = CALL3(SYS_read, 0, bytes, 4);
  CHECK(!answer.failed && answer.value == 4 && bytes[0] == '0' && bytes[3] == '3');
  answer = seek(0, 8, 0);
  CHECK(!answer.failed && answer.value == 8);
  answer = CALL3(SYS_read, 0, bytes, 16);
  CHECK(!answer.failed && answer.value == 2 && bytes[0] == '8');
  answer = CALL3(SYS_read, 0, bytes, 16);
  CHECK(!answer.failed && answer.value == 0);
  answer = seek(0, -1, 1);
  CHECK(!answer.failed && answer.value == 9);
#ifdef OPENBSD
  answer = CALL3(SYS_new_lseek, 0, 3, 0);
  CHECK(!answer.failed && answer.value == 3);
#endif
#ifdef FREEBSD
  answer = call(SYS_old_lseek, 0, 0xbad, 3, 0, 0, 0, 0);
  CHECK(!answer.failed && answer.value == 3);
#endif
  FAILS_WITH(seek(0, -1, 0), kEINVAL);
  FAILS_WITH(seek(99, 0, 0), kEBADF);
  FAILS_WITH(seek(1, 0, 0), kESPIPE);
  FAILS_WITH(CALL3(SYS_write, 99, bytes, 1), kEBADF);
  FAILS_WITH(CALL3(SYS_write, 1, 8, 1), kEFAULT);
  FAILS_WITH(CALL3(SYS_read, 0, 8, 1), kEFAULT);
  SUCCEEDS(CALL1(SYS_close, 0));
  FAILS_WITH(CALL1(SYS_close, 0), kEBADF);
  answer = CALL0(SYS_getpid);
  CHECK(!answer.failed && answer.value > 1);
}
