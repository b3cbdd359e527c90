#!/usr/bin/env bash
# --icf=all folds equal functions, also mutually equal ones, but not different ones; results stay the same.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 -ffunction-sections -fno-pie -fno-ipa-icf <<'EOF'
#include <stdio.h>
__attribute__((noinline)) int one(int x) { return x * 3 + 1; }
__attribute__((noinline)) int two(int x) { return x * 3 + 1; }
__attribute__((noinline)) int different(int x) { return x * 3 + 2; }
__attribute__((noinline)) int calls_one(int x) { return one(x) * 7; }
__attribute__((noinline)) int calls_two(int x) { return two(x) * 7; }
int main() { printf("%d %d %d %d %d\n", one(1), two(2), different(3), calls_one(1), calls_two(1)); return 0; }
EOF
gcc_link -static -no-pie -Wl,--icf=all a.o -o program
expect_output '4 7 11 28 28' ./program
expect_equal "$(symbol program one)" "$(symbol program two)"
expect_equal "$(symbol program calls_one)" "$(symbol program calls_two)"
expect_different "$(symbol program one)" "$(symbol program different)"
gcc_link -static -no-pie -Wl,--icf=none a.o -o program
expect_different "$(symbol program one)" "$(symbol program two)"
