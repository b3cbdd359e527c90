#!/usr/bin/env bash
# --wrap: references to f go to __wrap_f, references to __real_f to f; several symbols; archives; data.
source "$(dirname "$0")/../lib.sh"

compile main.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int f(int), value;
int g(int);
int main() { printf("%d %d\n", f(1), g(1)); free(malloc(10)); return 0; }
EOF
compile f.c <<<'int f(int x) { return x + 100; } int g(int x) { return f(x); }'
compile wrap.c <<'EOF'
#include <stdio.h>
int __real_f(int);
void *__real_malloc(unsigned long);
int __wrap_f(int x) { return __real_f(x) + 1000; }
void *__wrap_malloc(unsigned long size) { if (size == 10) puts("malloc"); return __real_malloc(size); }
EOF
run ar rcs lib.a f.o
gcc_link -static -Wl,--wrap=f,--wrap,malloc main.o wrap.o lib.a -o program
expect_match '^1101 101$' ./program
expect_match '^malloc$' ./program
gcc_link -static -Wl,-wrap=f main.o wrap.o f.o -Wl,--defsym=__real_malloc=malloc -o program
expect_output '1101 101' ./program
