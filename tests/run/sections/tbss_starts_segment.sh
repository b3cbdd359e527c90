#!/usr/bin/env bash
# A strictly aligned .tbss that is the first section of the writable segment: what follows is still in the segment.
source "$(dirname "$0")/../lib.sh"
compile start.s <<'END'
	.include "exit.inc"
	.globl _start
_start:	mov	__init_array_start(%rip), %rax
	cmp	$_start, %rax
	exit_unless_equal 1
	exit	$0
	.section .init_array, "aw", @init_array
	.quad	_start
	.section .tbss, "awT", @nobits
	.balign	64
	.globl	variable
variable: .zero 64
END
# .rodata of an odd number of words, so that the writable segment does not start on a multiple of 64 by accident.
compile constants.s <<'END'
	.section .rodata, "a"
	.zero	8
END
link -static -o program start.o constants.o
expect_status 0 ./program
expect_equal "$(($(segment program TLS align)))" 64
(($(section program .init_array address) >= $(segment program LOAD address "$(($(readelf -lW program | grep -c ' LOAD ') - 1))"))) ||
  fail "the segment starts behind .init_array"
