#!/usr/bin/env bash
# -mcmodel=medium and large: .ldata, .lbss and .lrodata, 64-bit absolute and GOT-relative addresses.
source "$(dirname "$0")/../lib.sh"

compile small.c -O1 -fno-pie <<'EOF'
int small_value = 3;
int next(int x) { return x + 1; }
EOF
for model in medium large; do
  for pic in -fno-pie -fPIC; do
    compile main.c -O1 -mcmodel=$model $pic <<'EOF'
#include <stdio.h>
extern int small_value;
int next(int);
static int big_data[100000] = {5};
static int big_zero[100000];
static const int big_constant[100000] = {7, 9};
static _Thread_local int local = 11;
int (*volatile pointer)(int) = next;
int main(int argc, char **argv) {
  big_zero[argc + 50000] = 6;
  printf("%d %d %d %d %d %d\n", small_value, big_data[argc - 1], big_zero[50001],
         big_constant[argc], pointer(argc), local);
  return 0;
}
EOF
    gcc_link -static -no-pie main.o small.o -o program
    expect_output '3 5 6 9 2 11' ./program
  done
done
