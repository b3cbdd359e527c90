#!/usr/bin/env bash
# --unique keeps sections of one name apart, all but the usual ones or those that match.
source "$(dirname "$0")/../lib.sh"

for name in a b; do compile $name.s <<<'nop; .section .text.x, "ax"; nop; .section one, "a"; .byte 1'; done
count() { readelf -SW out.o | grep -c " $1 "; }
link -r a.o b.o -o out.o
expect_equal "$(count .text) $(count .text.x) $(count one)" '1 1 1'
link -r --unique a.o b.o -o out.o
expect_equal "$(count .text) $(count .text.x) $(count one)" '1 2 2'
link -r '--unique=.text*' a.o b.o -o out.o
expect_equal "$(count .text) $(count .text.x) $(count one)" '2 2 1'
