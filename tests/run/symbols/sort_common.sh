#!/usr/bin/env bash
# --sort-common puts common symbols in the order of their alignment, of which 16 is the largest told apart.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret
	.comm one, 1, 1
	.comm sixteen, 16, 16
	.comm four, 4, 4
	.comm page, 64, 64
	.comm two, 2, 2
	.comm eight, 8, 8'
order() { nm -n program | awk '$2 == "B" && $3 !~ /_/ { print $3 }' | grep -v '^_*end$' | tr '\n' ' '; }
link a.o -o program
expect_equal "$(order)" 'one sixteen four page two eight '
for option in --sort-common --sort-common=descending; do
  link a.o $option -o program
  expect_equal "$(order)" 'sixteen page eight four two one '
done
link a.o --sort-common=ascending -o program
expect_equal "$(order)" 'one two four eight sixteen page '
expect_fail 'ascending' -- a.o --sort-common=sideways -o program
