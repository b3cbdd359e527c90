#include "_cgo_export.h"

static __thread int calls;

int twice(int x) {
  calls++;
  return 2 * x;
}

int call_back(int x) {
  return from_c(x) + (calls > 0);
}
