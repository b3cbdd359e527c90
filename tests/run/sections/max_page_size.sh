#!/usr/bin/env bash
# -z max-page-size=N: LOAD segments are aligned to it, and address and offset agree modulo N.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'#include <stdio.h>
int value = 3;
int main() { printf("%d\n", value); return 0; }'
for size in 0x1000 0x10000 0x200000; do
  gcc_link -static -Wl,-z,max-page-size=$size a.o -o program
  expect_output 3 ./program
  for index in 0 1 2; do
    expect_equal $(($(segment program LOAD align $index))) $((size))
    expect_equal $((($(segment program LOAD address $index) - $(segment program LOAD offset $index)) % size)) 0
  done
done
