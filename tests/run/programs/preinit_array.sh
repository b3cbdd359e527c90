#!/usr/bin/env bash
# .preinit_array, .init_array and .init run in this order, and get argc and argv where the C library passes them.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIE <<'EOF'
#include <stdio.h>
static void before(int argc) { printf("preinit%d ", argc); }
static void at_start(int argc) { printf("init%d ", argc); }
__attribute__((used, section(".preinit_array"))) static void (*const entry)(int) = before;
__attribute__((used, section(".init_array"))) static void (*const other)(int) = at_start;
int main() { puts("main"); return 0; }
EOF
for mode in -static '-static -Wl,--gc-sections' -static-pie; do
  gcc_link $mode a.o -o program
  expect_output 'preinit1 init1 main' ./program
done
