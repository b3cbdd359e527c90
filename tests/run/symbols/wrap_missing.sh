#!/usr/bin/env bash
# With --wrap and no __wrap_f the undefined symbol is called by that name; a __wrap_ that only an archive has is found.
source "$(dirname "$0")/../lib.sh"

compile main.s <<<'	.globl _start
_start:	call f'
compile wrap.s <<<'	.globl __wrap_f
__wrap_f: mov $60, %eax
	mov $3, %edi
	syscall'
expect_fail '__wrap_f' -- --wrap=f main.o -o program
run ar rcs lib.a wrap.o
link --wrap=f main.o lib.a -o program
expect_status 3 ./program
