#!/usr/bin/env bash
# Objects between --start-lib and --end-lib behave like archive members.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void); int main() { return a() - 40; }'
compile a.c <<<'int a(void) { return 40; }'
compile unused.c <<<'int a_variable = 1; int unused(void) { return 1; }'
gcc_link -static main.o -Wl,--start-lib a.o unused.o -Wl,--end-lib -o program
expect_status 0 ./program
expect_no_match ' unused$' nm program
gcc_link -static -Wl,--start-lib a.o -Wl,--end-lib main.o unused.o -o program
expect_match ' T unused$' nm program
# The end of the command line ends the list, too.
gcc_link -static -nostdlib -e a -Wl,--start-lib a.o unused.o -o program
expect_match ' T a$' nm program
expect_no_match ' unused$' nm program
