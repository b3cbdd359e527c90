#!/usr/bin/env bash
# GOT32X without a base register is an absolute address of the slot; calls and jumps through it become direct.
source "$(dirname "$0")/../lib.sh"

compile main.s -m32 <<'EOF'
	.include "exit.inc"
	.globl	_start, object, function
_start:	mov	object@GOT, %eax
	cmp	$object, %eax
	exit32_unless_equal 1
	mov	object@GOT, %edx
	cmp	$object, %edx
	exit32_unless_equal 2
	call	*function@GOT
	jmp	*end@GOT
function: ret
	.globl	end
end:	exit32	$0
	.data
object:	.long	0
EOF
link -m elf_i386 main.o -o program
expect_status 0 ./program
expect_no_match '(call|jmp)l? +\*' disassemble program _start
