#!/usr/bin/env bash
# A program without -fPIC gets a copy of a library's variable, under all its names; what the library keeps read-only is
# read-only in the program, too. What cannot be copied is an error.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC <<'EOF'
int variable = 5;
extern int second_name __attribute__((alias("variable")));
const int constant = 6;
int *const relocated = &variable;
int get(void) { return variable + second_name; }
EOF
compile main.c -fno-pie <<'EOF'
#include <stdio.h>
extern int variable;
extern const int constant;
extern int *const relocated;
int get(void);
int main(void) { variable = 10; printf("%d %d %d\n", get(), constant, *relocated); return 0; }
EOF
gcc_link -shared library.o -o libl.so
gcc_link -no-pie main.o -o program -L. -ll -Wl,-rpath,.
expect_output '20 6 10' ./program
expect_match 'R_X86_64_COPY.* variable' readelf -rW program
expect_match ' second_name$' readelf --dyn-syms -W program
expect_match '.bss.rel.ro +NOBITS' readelf -SW program

expect_fail 'main.o:.*variable.*-z nocopyreloc forbids; recompile with -fPIC' -- -z nocopyreloc --dynamic-linker=/lib64/ld-linux-x86-64.so.2 main.o libl.so -o program
compile protected.c -fPIC <<<'__attribute__((visibility("protected"))) int variable = 5; int constant, relocated, get;'
gcc_link -shared protected.o -o libp.so
compile plain.c -fno-pie <<<'extern int variable; int main(void) { return variable; }'
expect_fail 'cannot preempt symbol: variable' 'defined in libp.so' 'protected' -- plain.o libp.so -e main -o program
