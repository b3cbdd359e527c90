// A small C program with a thread-local variable and a formatted line.
#include <stdio.h>

static _Thread_local int answer = 42;

int main(void) {
  printf("hello from C: %d\n", answer);
  return 0;
}
