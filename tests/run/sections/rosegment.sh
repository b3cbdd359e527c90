#!/usr/bin/env bash
# --no-rosegment puts read-only data into the segment of the code; the program runs either way.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'#include <stdio.h>
int main() { puts("x"); return 0; }'
gcc_link -static -Wl,--rosegment a.o -o apart
gcc_link -static -Wl,--no-rosegment a.o -o together
expect_output x ./apart
expect_output x ./together
(($(readelf -lW together | grep -c '^ *LOAD') < $(readelf -lW apart | grep -c '^ *LOAD'))) || fail 'as many segments'
