#!/usr/bin/env bash
# R_X86_64_64, 32, 32S, 16 and 8, with addends, against addresses and absolute symbols.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	$object+4, %eax		# R_X86_64_32
	cmp	$object+4, %rax		# R_X86_64_32S
	exit_unless_equal 1
	cmp	%rax, pointer		# R_X86_64_32S in a displacement
	exit_unless_equal 2
	movabs	$object+4, %rcx		# R_X86_64_64
	cmp	%rcx, %rax
	exit_unless_equal 3
	exit	$0
	.data
pointer: .quad	object+4
values:	.short	absolute-1
	.byte	small, small-0x7f
	.long	absolute
EOF
compile object.s <<'EOF'
	.globl	object, absolute, small
	absolute = 0x1234
	small = 0x7f
	.bss
object:	.zero	8
EOF
link main.o object.o -o program
expect_status 0 ./program
expect_match '^[0-9a-f]{16}33127f0034120000$' contents program .data
