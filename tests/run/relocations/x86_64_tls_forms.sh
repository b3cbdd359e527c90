#!/usr/bin/env bash
# Instruction forms of TLS accesses that compilers rarely or never produce: all registers, add, 64-bit offsets.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
	.macro	check register
	mov	%rdi, %\register
	add	variable@gottpoff(%rip), %\register
	mov	variable@gottpoff(%rip), %rbx
	cmp	%\register, %rbx
	exit_unless_equal 1
	mov	variable@gottpoff(%rip), %\register
	cmp	%\register, %rbx
	exit_unless_equal 2
	xor	%edi, %edi
	.endm
_start:	xor	%edi, %edi
	.irp	register, rax, rcx, rdx, rbx, rsp, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15
	check	\register
	.endr
	movabs	$variable@tpoff, %rax
	cmp	%rax, %rbx
	exit_unless_equal 3
	cmp	$variable@tpoff, %rbx
	exit_unless_equal 4
	lea	variable@tpoff(%rdi), %rax
	cmp	%rax, %rbx
	exit_unless_equal 5
	cmp	%rbx, offset
	exit_unless_equal 6
	cmp	$-12, %rbx
	exit_unless_equal 7
	exit	$0
	.data
offset:	.quad	variable@tpoff
	.section .tdata,"awT",@progbits
	.globl	variable
	.long	1
variable: .long	2
	.section .tbss,"awT",@nobits
	.long	0, 0
EOF
link main.o -o program
expect_status 0 ./program
