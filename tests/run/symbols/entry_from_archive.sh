#!/usr/bin/env bash
# The entry symbol extracts its archive member.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	mov $5, %edi
	syscall'
compile b.s <<<'	.globl other
other:	nop'
run ar rcs lib.a a.o
link b.o lib.a -o program
expect_status 5 ./program
