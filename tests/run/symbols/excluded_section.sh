#!/usr/bin/env bash
# What stands in a section that is left out (SHF_EXCLUDE) is not defined: a reference to it is an error, not address 0.
source "$(dirname "$0")/../lib.sh"

as -o a.o <<<'.globl _start; _start: jmp f; .section .left.out,"axe"; .globl f; f: ret'
expect_fail 'undefined .*f' -- a.o -o program
as -o b.o <<<'.globl _start; _start: ret; .section .left.out,"axe"; .globl f; f: ret'
link b.o -o program
expect_no_match ' f$' nm program
as -o c.o <<<'.globl f; f: ret'
expect_fail 'undefined .*f' -- a.o --defsym=g=0 -o program
