#!/usr/bin/env bash
# A common symbol does not pull a member that merely has another common; -fno-common definitions behave as in C.
source "$(dirname "$0")/../lib.sh"

compile main.c -fcommon <<<'int shared; int main() { return shared; }'
compile a.c -fcommon <<<'int shared; int unused_marker = 1;'
run ar rcs lib.a a.o
gcc_link -static main.o lib.a -o program
expect_status 0 ./program
expect_no_match 'unused_marker' nm program
