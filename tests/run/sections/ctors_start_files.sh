#!/usr/bin/env bash
# Start files of compilers from before .init_array: their words of .ctors and .dtors stay in sections of these names,
# that of crtbegin.o first and that of crtend.o last, whatever stands between them; all else goes to .init_array.
source "$(dirname "$0")/../lib.sh"

words() { echo ".section .ctors,\"aw\"; .quad $1; .section .dtors,\"aw\"; .quad $2"; }
as -o crtend.o <<<"$(words 0 0)"
as -o crtbeginT.o <<<"$(words -1 -1)"
as -o user.o <<<".globl _start; _start: ret; $(words _start _start)"
for order in 'crtbeginT.o user.o crtend.o' 'crtend.o user.o crtbeginT.o'; do
  link --gc-sections $order -o program
  for list in .ctors .dtors; do
    expect_equal "$(contents program $list)" ffffffffffffffff0000000000000000
  done
  expect_equal "$(section program .init_array size) $(section program .fini_array size)" '8 8'
done
mv crtbeginT.o mycrtbegin.o  # GNU ld's pattern: the name ends so
ar rc libends.a crtend.o
link user.o mycrtbegin.o --whole-archive libends.a -o program
expect_equal "$(contents program .ctors)" ffffffffffffffff0000000000000000
mv mycrtbegin.o begin.o
link user.o begin.o -o program
expect_no_section program .ctors
