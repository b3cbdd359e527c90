#!/usr/bin/env bash
# The index does not know a member that was added later, and names a symbol that its member no longer has.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void), c(void); int main() { return a() + c() - 42; }'
compile a.c <<<'int a(void) { return 40; }'
compile c.c <<<'int c(void) { return 2; }'
run ar rcs libstale.a a.o
run ar qS libstale.a c.o
gcc_link -static main.o libstale.a -o program
expect_status 0 ./program
