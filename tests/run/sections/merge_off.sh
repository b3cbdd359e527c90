#!/usr/bin/env bash
# -O0 leaves the strings as they are.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  as -o $i.o <<<".globl p$i; .data; p$i: .quad .L1
.section .rodata.str1.1,\"aMS\",@progbits,1; .L1: .asciz \"twice here\""
done
compile main.s <<<'	.globl _start
_start:	ret'
link -O0 main.o 1.o 2.o -o program
expect_equal "$(strings -a program | grep -c 'twice here')" 2
link main.o 1.o 2.o -o program
expect_equal "$(strings -a program | grep -c 'twice here')" 1
