#!/usr/bin/env bash
# A strong definition beats a weak one in either order; of two weak ones the first wins.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int value(void), both(void); int main() { return value() * 10 + both(); }'
compile weak1.c <<<'__attribute__((weak)) int value(void) { return 1; }
__attribute__((weak)) int both(void) { return 1; }'
compile weak2.c <<<'__attribute__((weak)) int both(void) { return 2; }'
compile strong.c <<<'int value(void) { return 3; }'
gcc_link -static main.o weak1.o strong.o weak2.o -o program
expect_status 31 ./program
gcc_link -static weak2.o strong.o main.o weak1.o -o program
expect_status 32 ./program
gcc_link -static main.o weak2.o weak1.o -o program
expect_status 12 ./program
