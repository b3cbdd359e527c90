/* What GMP takes from a C library, for targets that have no library to import from: Debian's libgmp.a is linked into
 * programs of any system with it, as its code calls no system.
 *
 * Memory is handed out and never taken back; GMP asks for it when a number grows, so there is little of it.
 */
#include "cgo.h"

enum { kHeader = 16 };

void* memcpy(void* to, const void* from, word size) {
  void* next = to;
  __asm__ volatile("rep movsb" : "+D"(next), "+S"(from), "+c"(size) : : "memory");
  return to;
}

void* memset(void* to, int value, word size) {
  void* next = to;
  __asm__ volatile("rep stosb" : "+D"(next), "+c"(size) : "a"(value) : "memory");
  return to;
}

/* The size of a block stands before it. */
void* malloc(word size) {
  char* block = glue_allocate(size + kHeader);
  *(word*)block = size;
  return block + kHeader;
}

void free(void* block) {
  (void)block;
}

void* realloc(void* block, word size) {
  const word old = block ? *(word*)((char*)block - kHeader) : 0;
  if (size <= old) return block;
  void* larger = malloc(size);
  return memcpy(larger, block, old);
}

/* What is called if GMP, or what calls it, is wrong. */
void* stderr;
void abort(void) {
  glue_die("abort");
  for (;;) continue;
}
int raise(int signal) {
  (void)signal;
  abort();
  return 0;
}
int __fprintf_chk(void* stream, int flag, const char* format, ...) {
  (void)stream, (void)flag, (void)format;
  abort();
  return 0;
}
word fwrite(const void* bytes, word size, word count, void* stream) {
  (void)bytes, (void)size, (void)stream;
  abort();
  return count;
}
void __stack_chk_fail(void) {
  glue_die("a stack was overwritten");
}
