#!/usr/bin/env bash
# --icf=safe folds only functions whose address nobody compares: those in the address-significance table stay apart.
source "$(dirname "$0")/../lib.sh"

CC=clang-19 compile a.c -O1 -ffunction-sections -fno-pie -faddrsig <<'EOF'
#include <stdio.h>
__attribute__((noinline)) int called1(int x) { return x * 3 + 1; }
__attribute__((noinline)) int called2(int x) { return x * 3 + 1; }
__attribute__((noinline)) int taken1(int x) { return x * 5 + 1; }
__attribute__((noinline)) int taken2(int x) { return x * 5 + 1; }
int (*volatile pointers[])(int) = {taken1, taken2};
int main() { printf("%d %d\n", called1(1) + called2(1), pointers[0] != pointers[1]); return 0; }
EOF
gcc_link -static -no-pie -Wl,--icf=safe a.o -o program
expect_output '8 1' ./program
expect_equal "$(symbol program called1)" "$(symbol program called2)"
expect_different "$(symbol program taken1)" "$(symbol program taken2)"
