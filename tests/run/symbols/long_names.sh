#!/usr/bin/env bash
# Very long symbol names, and names that are prefixes of each other.
source "$(dirname "$0")/../lib.sh"

long=$(printf 'n%.0s' {1..5000})
cat >a.s <<EOF
	.globl	_start, $long, ${long}x
_start:	mov	\$${long}x-1, %edi
	sub	\$$long, %edi
	mov	\$60, %eax
	syscall
	.data
$long:	.byte	1
${long}x: .byte 2
EOF
run as a.s -o a.o
link a.o -o program
expect_status 0 ./program
expect_match " ${long}x\$" nm program
