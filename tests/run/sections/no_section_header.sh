#!/usr/bin/env bash
# -z nosectionheader: an executable without section headers runs.
# Only xld: GNU ld has the option from 2.41 on, the proving linkers do not.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
link -z nosectionheader a.o -o program
expect_status 0 ./program
expect_match 'Number of section headers: +0' readelf -h program
