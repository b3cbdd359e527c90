#!/usr/bin/env bash
# An archive before the object that needs it is found all the same; so are archives that need each other.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void); int main() { return a() - 42; }'
compile a.c <<<'int b(void), base = 40; int a(void) { return b(); }'
compile b.c <<<'extern int base; int c(void); int b(void) { return base + c(); }'
compile c.c <<<'int c(void) { return 2; }'
run ar rcs liba.a a.o c.o
run ar rcs libb.a b.o
gcc_link -static main.o -Wl,--start-group liba.a libb.a -Wl,--end-group -o program
expect_status 0 ./program
gcc_link -static liba.a libb.a main.o -o program
expect_status 0 ./program
gcc_link -static main.o -Wl,'-(' libb.a liba.a -Wl,'-)' -o program
expect_status 0 ./program
