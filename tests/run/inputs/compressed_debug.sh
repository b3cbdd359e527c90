#!/usr/bin/env bash
# Debug sections compressed with zlib (gabi and old GNU form) and zstd are decompressed; the lines are right.
source "$(dirname "$0")/../lib.sh"

for kind in zlib zlib-gabi zlib-gnu zstd; do
  compile a.c -g -O0 -Wa,--compress-debug-sections=$kind <<'EOF'
/* A body long enough for the assembler to find that compression pays, which it does not for tiny sections. */
#include <stdio.h>
#include <stdlib.h>
struct long_structure_name { int first_member, second_member, third_member; double fourth_member; };
static struct long_structure_name an_instance;
int the_function(int an_argument) { return an_argument + an_instance.first_member; }
int main() { return the_function(0); }
EOF
  gcc_link -static -g a.o -o program
  expect_status 0 ./program
  expect_no_match 'zdebug|\.debug_info.* C ' readelf -SW program
  expect_match 'a\.c:6$' addr2line -e program "$(symbol program the_function)"
  expect_match 'DW_AT_name.*"fourth_member"' llvm-dwarfdump-19 --name=fourth_member program
done
