#!/usr/bin/env bash
# .gnu.linkonce sections: the first of a name wins, as for COMDAT groups.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.s <<EOF
	.section .gnu.linkonce.t.f,"ax",@progbits
	.weak	f
f:	mov	\$$i, %edi
	mov	\$60, %eax
	syscall
	.section .gnu.linkonce.r.text,"a",@progbits
	.asciz	"linkonce $i"
EOF
done
compile main.s <<<'	.globl _start
_start:	jmp f'
link main.o 2.o 1.o -o program
expect_status 2 ./program
expect_match 'linkonce 2' strings -a program
expect_no_match 'linkonce 1' strings -a program

# A group of another name that defines the same function is not the same thing, for GNU ld as well.
as -o group.o <<<'.section .text.f,"axG",@progbits,other,comdat; .globl f; f: ret'
as -o once.o <<<'.section .gnu.linkonce.t.f,"ax",@progbits; .globl f; f: ret'
expect_fail '(duplicate symbol|multiple definition).*f' -- main.o group.o once.o -o program
as -o group.o <<<'.section .text.f,"axG",@progbits,f,comdat; .globl f; f: ret'
link main.o group.o once.o -o program
