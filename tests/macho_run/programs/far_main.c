// Calls in a program of more than 128 MiB of code: forwards, backwards, through function pointers, into the library.
#include "system.h"

int middle(int), end(int);
int (*const pointers[])(int) = {middle, end};

int start(int x) { return x + 1; }

int main(void) {
  int (*volatile pointer)(int) = pointers[1];
  printf("%d %d %d\n", middle(1), end(1), pointer(2));
  return end(0) == 111 ? 7 : 1;
}
