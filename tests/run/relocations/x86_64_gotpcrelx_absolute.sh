#!/usr/bin/env bash
# A GOT load of an absolute symbol becomes an immediate where it fits and stays a load where it does not.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	small@GOTPCREL(%rip), %rax
	cmp	$0x1234, %rax
	exit_unless_equal 1
	mov	large@GOTPCREL(%rip), %rax
	movabs	$0x123456789abcdef0, %rcx
	cmp	%rcx, %rax
	exit_unless_equal 2
	mov	negative@GOTPCREL(%rip), %rax
	cmp	$-5, %rax
	exit_unless_equal 3
	mov	unsigned@GOTPCREL(%rip), %rax
	mov	$0xfffffff0, %ecx
	cmp	%rcx, %rax
	exit_unless_equal 4
	mov	missing@GOTPCREL(%rip), %rax
	test	%rax, %rax
	exit_unless_equal 5
	exit	$0
	.weak	missing
EOF
compile values.s <<'EOF'
	.globl	small, large, negative, unsigned
	small = 0x1234
	large = 0x123456789abcdef0
	negative = -5
	unsigned = 0xfffffff0
EOF
link main.o values.o -o program
expect_status 0 ./program
