#!/usr/bin/env bash
# A static PIE needs nothing from a loader: only RELATIVE and IRELATIVE relocations, no text relocations, no libraries.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile a.c -fPIE -O1 $machine <<'EOF'
#include <stdio.h>
extern int missing __attribute__((weak));
_Thread_local int local = 4;
static int table[3] = {1, 2, 3};
int *pointers[] = {&table[2], &missing, &table[0]};
int main() { printf("%d %d %d\n", *pointers[0], pointers[1] == 0, local); return 0; }
EOF
  gcc_link -static-pie $machine a.o -o program
  expect_output '3 1 4' ./program
  expect_no_match 'TEXTREL|NEEDED' readelf -dW program
  expect_match 'FLAGS_1.*PIE' readelf -dW program
  expect_equal "$(readelf -rW program | grep -E 'R_(X86_64|386)' | grep -vcE '_I?RELATIVE')" 0
done
