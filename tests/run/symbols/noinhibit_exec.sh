#!/usr/bin/env bash
# --noinhibit-exec writes the output in spite of undefined symbols and other errors that are not about the input's form.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall
	call missing'
expect_match 'missing' bash -c "'$XLD' --noinhibit-exec a.o -o program 2>&1 || true"
expect_status 0 ./program
