#!/usr/bin/env bash
# A relaxed GOT load whose target is more than 2 GiB away would not reach: the load through the GOT stays.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start, far
_start:	mov	far@GOTPCREL(%rip), %rax
	movabs	$far, %rcx
	cmp	%rcx, %rax
	exit_unless_equal 1
	cmp	far@GOTPCREL(%rip), %rcx
	exit_unless_equal 2
	incl	(%rax)
	cmpl	$1, (%rax)
	exit_unless_equal 3
	exit	$0
	.section .lbss,"awl",@nobits
	.zero	0xc0000000
far:	.zero	8
EOF
link main.o -o program
expect_status 0 ./program
