#!/usr/bin/env bash
# A good link says nothing.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 <<<'#include <stdio.h>
int main() { puts("x"); return 0; }'
for mode in -static -static-pie; do
  compile a.c -fPIE <<<'#include <stdio.h>
int main() { puts("x"); return 0; }'
  expect_equal "$(gcc_link $mode a.o -o program 2>&1)" ''
  expect_output x ./program
done
