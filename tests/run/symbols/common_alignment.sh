#!/usr/bin/env bash
# The alignment of a common symbol comes from its st_value, also when another object's copy is the larger one.
source "$(dirname "$0")/../lib.sh"

echo '.comm x, 4, 4096; .globl _start; _start: mov $x, %edi; and $4095, %edi; mov $60, %eax; syscall' | as -o a.o
echo '.comm x, 64, 1; .comm y, 1, 1' | as -o b.o
link b.o a.o -o program
expect_status 0 ./program
expect_match ' 64 OBJECT .* x$' readelf -sW program
