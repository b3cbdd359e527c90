#!/usr/bin/env bash
# -z separate-code: code shares no page with anything else; -z noseparate-code: fewer pages; both run, 32 bits too.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'#include <stdio.h>
int main() { puts("run"); return 0; }'
gcc_link -static -Wl,-z,separate-code a.o -o apart
expect_output run ./apart
gcc_link -static -Wl,-z,noseparate-code a.o -o together
expect_output run ./together
(($(readelf -lW apart | grep -c '^ *LOAD') >= $(readelf -lW together | grep -c '^ *LOAD'))) || fail 'more segments'
# The pages in the file that an executable segment touches belong to no other segment.
for ((i = 0; i < $(readelf -lW apart | grep -c '^ *LOAD'); i++)); do
  first=$(($(segment apart LOAD offset $i) / 4096))
  last=$((($(segment apart LOAD offset $i) + $(segment apart LOAD file_size $i) - 1) / 4096))
  flags=$(segment apart LOAD flags $i)
  ((i == 0)) || [[ $flags != *E* && $earlier_flags != *E* ]] || ((first > earlier)) || fail 'a page is shared'
  earlier=$last earlier_flags=$flags
done
compile b.c -m32 <a.c
gcc_link -static -m32 -Wl,-z,noseparate-code b.o -o together
expect_output run ./together
