#!/usr/bin/env bash
# What may stay undefined: everything in a library but with -z defs, weak names anywhere, and what an option tolerates.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'int missing(void); __attribute__((weak)) int weak(void);
int f(void) { return weak ? weak() : 1; } int g(void) { return missing(); }'
compile main.c -fPIE <<<'int f(void); int main(void) { return f() - 1; }'
gcc_link -shared a.o -o liba.so
expect_match 'GLOBAL DEFAULT +UND missing' readelf --dyn-syms -W liba.so
expect_match 'WEAK +DEFAULT +UND weak' readelf --dyn-syms -W liba.so
expect_fail 'undefined symbol: missing' -- -shared -z defs a.o -o x.so
expect_fail 'undefined symbol: missing' -- -pie a.o main.o -o x
gcc_link main.o a.o -o program -Wl,--unresolved-symbols=ignore-all
expect_status 0 ./program
gcc_link main.o a.o -o program -Wl,--warn-unresolved-symbols
expect_status 0 ./program
