#!/usr/bin/env bash
# -lm is a GROUP script on Debian; -lpthread, -ldl and -lrt are empty archives.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
#include <math.h>
#include <pthread.h>
#include <stdio.h>
static void *work(void *x) { *(double *)x = cbrt(*(double *)x); return 0; }
int main() {
  double value = 27;
  pthread_t thread;
  pthread_create(&thread, 0, work, &value);
  pthread_join(thread, 0);
  printf("%.1f %.3f\n", value, exp(1));
  return 0;
}
EOF
gcc_link -static a.o -lm -lpthread -ldl -lrt -o program
expect_output '3.0 2.718' ./program
gcc_link -static-pie -pthread a.o -lm -o program 2>/dev/null || gcc_link -static -pthread a.o -lm -o program
expect_output '3.0 2.718' ./program
