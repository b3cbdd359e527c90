#!/usr/bin/env bash
# .rodata.cst4, cst8 and cst16: equal constants are stored once, with their alignment.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.s <<EOF
	.globl	q$i
	.section .rodata.cst4,"aM",@progbits,4
	.balign	4
.L4:	.long	0x11111111
	.section .rodata.cst8,"aM",@progbits,8
	.balign	8
	.quad	$i
.L8:	.quad	0x2222222222222222
	.section .rodata.cst16,"aM",@progbits,16
	.balign	16
.L16:	.quad	3, 4
	.data
q$i:	.quad	.L4, .L8, .L16
EOF
done
compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	.irp	offset, 0, 8, 16
	mov	q1+\offset, %rax
	cmp	q2+\offset, %rax
	exit_unless_equal 1
	.endr
	test	$15, %al
	exit_unless_equal 2
	exit	$0
EOF
link main.o 1.o 2.o -o program
expect_status 0 ./program
