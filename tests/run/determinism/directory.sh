#!/usr/bin/env bash
# The same bytes from another directory, through other paths, and with another output name.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 -g <<<'#include <stdio.h>
int main() { puts("x"); return 0; }'
gcc_link -static -Wl,--build-id a.o -o reference
mkdir elsewhere
(cd elsewhere && gcc_link -static -Wl,--build-id ../a.o -o other_name)
run cmp reference elsewhere/other_name
cp a.o elsewhere
gcc_link -static -Wl,--build-id elsewhere/a.o -o program
run cmp reference program
