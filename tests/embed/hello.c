#include <stdio.h>
#include <stdlib.h>

static _Thread_local int counter = 41;

int main(void) {
  char* text = malloc(32);
  snprintf(text, 32, "hello %d", ++counter);
  puts(text);
  free(text);
  return 0;
}
