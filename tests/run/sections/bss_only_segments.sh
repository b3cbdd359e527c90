#!/usr/bin/env bash
# A program of only .text and a large .bss: the file stays small, the memory is zero.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	cmpl	$0, big+200000000(%rip)
	exit_unless_equal 1
	movl	$1, big+200000000(%rip)
	exit	$0
	.bss
big:	.zero	300000000
EOF
link a.o -o program
expect_status 0 ./program
(($(stat -c %s program) < 100000)) || fail 'the file holds the .bss'
