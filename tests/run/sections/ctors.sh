#!/usr/bin/env bash
# Old .ctors sections: run by crtbegin.o's loop or as .init_array entries, in any case all of them and once.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
#include <stdio.h>
static void constructor(void) { printf("constructed "); }
__attribute__((used, section(".ctors"))) static void (*const entry)(void) = constructor;
int main() { printf("main\n"); return 0; }
EOF
gcc_link -static a.o -o program
expect_output 'constructed main' ./program
