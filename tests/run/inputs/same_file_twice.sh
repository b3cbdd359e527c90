#!/usr/bin/env bash
# The same archive given twice is harmless; the same object given twice defines its symbols twice.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void); int main() { return a() - 5; }'
compile a.c <<<'int a(void) { return 5; }'
run ar rcs liba.a a.o
gcc_link -static main.o liba.a liba.a -L. -la -o program
expect_status 0 ./program
expect_fail '(multiple|duplicate).*: ?a|a.*(multiple|duplicate)' -- a.o a.o -o program
