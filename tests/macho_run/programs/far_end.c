// See far_main.c: behind the gaps. Its calls of the library and of the start do not reach.
#include "system.h"

int start(int), middle(int);
__attribute__((noinline)) static int local(int x) { return x + 100; }
int end(int x) {
  printf("end %d\n", x);
  return local(middle(x)) + start(x);
}
