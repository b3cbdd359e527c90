#!/usr/bin/env bash
# Absolute symbols keep their values, also in a static PIE, and have section index ABS.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl number, huge
	number = 42
	huge = 0xfedcba9876543210'
compile main.c -fPIE <<'EOF'
#include <stdio.h>
extern char number[], huge[];
char *volatile pointers[] = {number, huge};
int main() { printf("%lx %lx\n", (long)pointers[0], (unsigned long)pointers[1]); return 0; }
EOF
gcc_link -static main.o a.o -no-pie -o program
expect_output '2a fedcba9876543210' ./program
expect_match ' ABS number$' readelf -sW program
expect_match ' A huge$' nm program
