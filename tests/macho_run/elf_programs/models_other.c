// See models.c.
#include "models.h"

__thread int of_other = 100;
__thread int other_table[5];
__thread int other_hidden = 1;

int other_value(void) {
  return of_other + other_table[1] + other_hidden;
}
