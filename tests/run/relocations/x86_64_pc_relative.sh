#!/usr/bin/env bash
# R_X86_64_PC64, PC32, PC16, PC8 and PLT32, forwards and backwards, with addends.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start, back
	.section .text.a,"ax"
back:	ret
_start:	call	other@PLT
	call	back
	lea	object+2(%rip), %rax
	cmpb	$3, (%rax)
	exit_unless_equal 1
	lea	distance(%rip), %rax
	add	(%rax), %rax
	cmpb	$2, (%rax)
	exit_unless_equal 2
	jmp	near			# R_X86_64_PLT32
	.section .text.b,"ax"
	.globl	near, near_word, near_byte
near:	exit	$0
	.section .data,"aw"
distance: .quad	object+1-distance
near_word: .short object-.
near_byte: .byte object-.
	.globl	object
object:	.byte	1, 2, 3
EOF
compile other.s <<<'	.globl other
other:	ret'
link main.o other.o -o program
expect_status 0 ./program
# Across objects these stay relocations: R_X86_64_PC16 and PC8.
echo '.globl _start; .section .x,"a"; _start: .short near - .; .byte near - .' | as -o a.o
echo '.section .x,"a"; .globl near; near: .byte 7' | as -o b.o
NO_VERIFY=1 link a.o b.o -o program
expect_output 03000107 contents program .x
