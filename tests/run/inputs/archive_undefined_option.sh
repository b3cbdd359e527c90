#!/usr/bin/env bash
# -u extracts an archive member that nothing else refers to.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int main() { return 0; }'
compile a.c <<<'int a(void) { return 40; }'
run ar rcs liba.a a.o
gcc_link -static main.o liba.a -o program
expect_no_match ' T a$' nm program
for option in -u,a --undefined=a --undefined,a -require-defined=a; do
  gcc_link -static -Wl,$option main.o liba.a -o program
  expect_match ' T a$' nm program
done
