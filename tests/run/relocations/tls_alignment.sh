#!/usr/bin/env bash
# PT_TLS has the alignment of its strictest variable, and threads see aligned, initialised copies; 32 and 64 bits.
source "$(dirname "$0")/../lib.sh"

for align in 16 64 4096; do
  for mode in '-m64 -static' '-m32 -static' '-m64 -static-pie'; do
    compile a.c -O1 -fPIE ${mode%% *} -DALIGN=$align <<'EOF'
#include <pthread.h>
#include <stdio.h>
#include <stdint.h>
_Thread_local char small = 1;
_Thread_local int wide __attribute__((aligned(ALIGN))) = 2;
_Thread_local char zeros[3];
_Thread_local long long aligned_zero __attribute__((aligned(ALIGN)));
static void *check(void *unused) {
  intptr_t bad = ((uintptr_t)&wide | (uintptr_t)&aligned_zero) % ALIGN != 0;
  bad |= small != 1 || wide != 2 || zeros[2] != 0 || aligned_zero != 0;
  small = zeros[2] = 7;
  return (void *)bad;
}
int main() {
  pthread_t threads[8];
  intptr_t bad = (intptr_t)check(0);
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], 0, check, 0);
  for (int i = 0; i < 8; i++) { void *result; pthread_join(threads[i], &result); bad |= (intptr_t)result; }
  printf("%d\n", (int)bad);
  return 0;
}
EOF
    gcc_link $mode -pthread a.o -o program
    expect_output 0 ./program
    (($(segment program TLS align) >= align)) || fail "PT_TLS is not aligned to $align"
  done
done
