#!/usr/bin/env bash
# R_X86_64_GOTPCRELX and REX_GOTPCRELX: loads, calls, jumps, tests and arithmetic go straight to the symbol, so that no
# GOT slot is left; --no-relax keeps the slots. Both ways the program works.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start, object, function
	.macro	check_with instruction, number
	mov	$object, %eax
	\instruction object@GOTPCREL(%rip), %rax
	cmp	$\number, %rax
	exit_unless_equal 1
	.endm
_start:	mov	object@GOTPCREL(%rip), %r9
	mov	object@GOTPCREL(%rip), %edi
	cmp	%rdi, %r9
	exit_unless_equal 2
	cmp	object@GOTPCREL(%rip), %r9
	exit_unless_equal 3
	mov	$-1, %rdx
	test	%rdx, object@GOTPCREL(%rip)
	setz	%al
	cmp	$0, %al
	exit_unless_equal 4
	check_with sub, 0
	check_with xor, 0
	check_with and, object
	check_with or, object
	mov	$1, %r15d
	add	object@GOTPCREL(%rip), %r15
	cmp	$object+1, %r15
	exit_unless_equal 5
	call	*function@GOTPCREL(%rip)
	jmp	*end@GOTPCREL(%rip)
function: ret
	.section .text.end,"ax"
	.globl	end
end:	exit	$0
	.data
object:	.quad	0
EOF
link main.o -o program
expect_status 0 ./program
expect_no_match '(call|jmp)q? +\*|^(mov|cmp|test|sub|xor|and|or|add)[lq]? .*\(%rip\)' disassemble program _start
link --no-relax main.o -o kept
expect_status 0 ./kept
expect_match 'callq? +\*.*\(%rip\)' disassemble kept _start
