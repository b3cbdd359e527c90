#!/usr/bin/env bash
# GNU and BSD archives, with short and long member names, from GNU ar and llvm-ar; only needed members are linked.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void), b(void); int main() { return a() + b() - 42; }'
compile a.c <<<'int a(void) { return 40; }'
compile a_member_with_a_name_that_is_longer_than_fifteen_letters.c <<<'int b(void) { return 2; }'
compile unused.c <<<'int unused(void) { return 1; } int main(void) { return 99; }'
members="a.o a_member_with_a_name_that_is_longer_than_fifteen_letters.o unused.o"
run ar rcs libgnu.a $members
run llvm-ar-19 --format=gnu rcs libllvm.a $members
run llvm-ar-19 --format=bsd rcs libbsd.a $members
for library in gnu llvm bsd; do
  gcc_link -static main.o -L. -l$library -o program
  expect_status 0 ./program
  expect_no_match ' unused$' nm program
done
