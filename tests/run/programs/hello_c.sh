#!/usr/bin/env bash
# The smallest real program: C against glibc's libc.a, gcc and clang, 64 and 32 bits, every optimisation level.
source "$(dirname "$0")/../lib.sh"

hello='#include <stdio.h>
int main(int argc, char **argv) { printf("hello %d %.2Lf\n", argc, 1.5L * argc); return 0; }'
for level in -O0 -O1 -O2 -O3; do
  for machine in -m64 -m32; do
    compile hello.c $level $machine <<<"$hello"
    gcc_link -static $machine hello.o -o hello
    expect_output 'hello 2 3.00' ./hello x
  done
done
CC=clang-19 compile clang.c -O2 <<<"$hello"
clang_link -static clang.o -o clang
expect_output 'hello 1 1.50' ./clang
CC=clang-19 compile clang.c -O2 -m32 <<<"$hello"
clang_link -static -m32 clang.o -o clang
expect_output 'hello 1 1.50' ./clang
