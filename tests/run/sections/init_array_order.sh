#!/usr/bin/env bash
# .init_array.N by rising N, then .init_array, then as the command line has it; .fini_array alike.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.s <<EOF
	.section .init_array,"aw",@init_array
	.byte	0x10 + $i
	.section .init_array.00200,"aw",@init_array
	.byte	0x20 + $i
	.section .init_array.5,"aw",@init_array
	.byte	0x30 + $i
	.section .fini_array.7,"aw",@fini_array
	.byte	0x40 + $i
	.section .fini_array,"aw",@fini_array
	.byte	0x50 + $i
EOF
done
echo '.globl _start; _start: ret' | as -o main.o
NO_VERIFY=1 link main.o 1.o 2.o -o program
expect_output 313221221112 contents program .init_array
expect_output 41425152 contents program .fini_array
