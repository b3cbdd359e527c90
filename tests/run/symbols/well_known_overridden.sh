#!/usr/bin/env bash
# A program may use the names etext, end, edata for its own things: those win and nothing is redefined.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
#include <stdio.h>
int end = 3, edata = 4;
int etext(void) { return 5; }
int main() { printf("%d %d %d\n", end, edata, etext()); return 0; }
EOF
gcc_link -static a.o -o program
expect_output '3 4 5' ./program
