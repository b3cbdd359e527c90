#!/usr/bin/env bash
# .tdata comes before .tbss, .tbss takes no room after it, and symbol values are offsets in the segment.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.globl	_start, t1, t2, after
_start:	mov	$t2@tpoff, %rax
	sub	$t1@tpoff, %rax
	mov	%eax, %edi
	mov	$60, %eax
	syscall
	.section .tbss,"awT",@nobits
	.zero	1000
t2:	.long	0
	.section .tdata,"awT",@progbits
t1:	.long	3
	.data
after:	.long	4
EOF
link a.o -o program
expect_status $(((1004) & 255)) ./program
expect_equal "$(segment program TLS file_size)" 0x000004
expect_equal "$(segment program TLS size)" 0x0003f0
expect_equal "$(($(symbol program t2) - $(symbol program t1)))" 1004
