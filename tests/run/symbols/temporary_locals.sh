#!/usr/bin/env bash
# Temporary local symbols: out of .symtab if their section is one of shared constants, whether its contents can be shared
# in the end or not; -X drops all of them, --discard-none none. As GNU ld does.
source "$(dirname "$0")/../lib.sh"

as --keep-locals -o a.o <<'EOS'
	.globl _start
_start:	ret
.Ltext:
..dots:
_.L_underscore:
	.section .rodata.str1.1,"aMS",@progbits,1
.Lstring: .asciz "abc"
string:	.asciz "def"
	.section .rodata.cst8,"aM",@progbits,8
.Lconstant: .quad 1
	.section .rodata.pointer,"aM",@progbits,8
.Lpointer: .quad _start
EOS
locals() { nm "$1" | awk '{ print $3 }' | grep -v '^__bss_start$\|^_e' | sort | tr '\n' ' '; }
link a.o -o program
expect_equal "$(locals program)" '..dots .Ltext _.L_underscore _start string '
link -O0 a.o -o program
expect_equal "$(locals program)" '..dots .Ltext _.L_underscore _start string '
link -X a.o -o program
expect_equal "$(locals program)" '_start string '
link --discard-none a.o -o program
expect_equal "$(locals program)" '..dots .Lconstant .Lpointer .Lstring .Ltext _.L_underscore _start string '
