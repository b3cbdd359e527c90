#!/usr/bin/env bash
# Equal CIEs of different objects become one.
source "$(dirname "$0")/../lib.sh"

for i in 1 2 3 4; do compile $i.c -fasynchronous-unwind-tables <<<"int f$i(int x) { return x; }"; done
compile main.c -fasynchronous-unwind-tables <<<'void _start(void) {}'
link --eh-frame-hdr main.o 1.o 2.o 3.o 4.o -o program
expect_equal "$(readelf -wF program | grep -c ' CIE ')" 1
expect_equal "$(readelf -wF program | grep -c ' FDE ')" 5
