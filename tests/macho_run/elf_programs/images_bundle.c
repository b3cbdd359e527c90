// See images.c.
#include "images.h"

static __thread int own = 11;

int run(int x) {
  own += program_function(x);
  library_data += own;
  return own + library_counts() + (overridden()[7] == 'p');
}
