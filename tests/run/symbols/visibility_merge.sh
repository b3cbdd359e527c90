#!/usr/bin/env bash
# The most constraining visibility of all references and definitions is the symbol's.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'__attribute__((visibility("hidden"))) int f(void); int main() { return f(); }'
compile b.c <<<'int f(void) { return 5; } __attribute__((visibility("protected"))) int g(void) { return 1; }'
compile c.c <<<'__attribute__((visibility("hidden"))) extern int g(void); int use(void) { return g(); }'
gcc_link -static a.o b.o c.o -o program
expect_status 5 ./program
expect_match ' (GLOBAL +HIDDEN|LOCAL +(HIDDEN|DEFAULT)) .* f$' readelf -sW program
expect_match ' (GLOBAL +HIDDEN|LOCAL +(HIDDEN|DEFAULT)) .* g$' readelf -sW program
