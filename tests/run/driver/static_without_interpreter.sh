#!/usr/bin/env bash
# With -static, -dynamic-linker adds no PT_INTERP: musl-gcc passes both.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
link -static -dynamic-linker /nowhere/ld.so a.o -o program
expect_no_match INTERP readelf -lW program
expect_status 0 ./program
