#!/usr/bin/env bash
# An undefined symbol in a Mach-O link is the same clear error as in an ELF link.
# Only xld: of the proving linkers none reads Mach-O.
source "$(dirname "$0")/../lib.sh"

echo 'int missing(void); int main(void) { return missing(); }' >a.c
run clang-19 -target x86_64-apple-macos10.15 -c a.c -o a.o
XLD=$scratch/bin/ld64.xld
expect_fail '_?missing' 'a\.o' -- a.o -o program
