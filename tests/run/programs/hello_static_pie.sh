#!/usr/bin/env bash
# Static PIE relocates itself: rcrt1.o finds __rela_iplt or DT_RELA through _DYNAMIC and __ehdr_start.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile hello.c -fPIE $machine -O1 <<'EOF'
#include <stdio.h>
static int value = 7;
int *pointer = &value;
static const char *const names[] = {"zero", "one"};
int main(int argc, char **argv) { printf("%d %s\n", *pointer, names[argc]); return 0; }
EOF
  gcc_link -static-pie $machine hello.o -o hello
  expect_output '7 one' ./hello
  expect_match 'Type: +DYN' readelf -h hello
  expect_no_match 'INTERP' readelf -lW hello
done
CC=clang-19 compile clang.c -fPIE <hello.c
clang_link -static-pie clang.o -o hello
expect_output '7 one' ./hello
