#!/usr/bin/env bash
# setjmp and longjmp, which glibc protects with a value from the thread control block.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile jump.c -O2 $machine <<'EOF'
#include <setjmp.h>
#include <stdio.h>
static jmp_buf buffer;
static volatile int count;
__attribute__((noinline)) static void jump() { longjmp(buffer, ++count); }
int main() {
  if (setjmp(buffer) < 3) jump();
  printf("%d\n", count);
  return 0;
}
EOF
  gcc_link -static $machine jump.o -o jump
  expect_output 3 ./jump
done
