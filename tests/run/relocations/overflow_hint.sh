#!/usr/bin/env bash
# An overflow says what to do about it. A static array beyond 2 GiB is the classic case.
# Only xld: no other linker gives a hint with the name of the option that helps.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, far
_start:	mov	far(%rip), %eax
	.bss
	.zero	0xc0000000
far:	.zero	4
EOF
expect_fail 'far' '\.text\+0x2' 'mcmodel' -- a.o -o program
