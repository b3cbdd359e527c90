// See far_main.c: between two gaps, it reaches both ends.
#include "system.h"

int start(int), end(int);
int middle(int x) { return 10 * start(x); }
int middle_of_end(int x) {
  return end(x) + start(x);
}
