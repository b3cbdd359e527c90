#!/usr/bin/env bash
# Huge alignments in .data and .bss are kept in the file and in memory.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
#include <stdio.h>
int data __attribute__((aligned(65536))) = 1;
int zero __attribute__((aligned(1 << 20)));
int main() {
  printf("%d %d\n", (int)((unsigned long)&data % 65536), (int)((unsigned long)&zero % (1 << 20)));
  return 0;
}
EOF
gcc_link -static a.o -no-pie -o program
expect_output '0 0' ./program
