#!/usr/bin/env bash
# At -O2 a string that is the tail of another one is stored inside it.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  [[ $i == 1 ]] && text='long tail' || text='tail'
  as -o $i.o <<<".globl p$i; .data; p$i: .quad .L1
.section .rodata.str1.1,\"aMS\",@progbits,1; .L1: .asciz \"$text\""
done
compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	p1, %rax
	add	$5, %rax
	cmp	p2, %rax
	exit_unless_equal 1
	exit	$0
EOF
for order in '1.o 2.o' '2.o 1.o'; do
  link -O2 main.o $order -o program
  expect_status 0 ./program
done
