#!/usr/bin/env bash
# COMDAT groups: the first group of a signature stays whole, the others go whole, with their debug and local data.
source "$(dirname "$0")/../lib.sh"

group() {
  cat <<EOF
	.section .text.f,"axG",@progbits,f,comdat
	.weak	f
f:	mov	\$$1, %eax
	ret
	.section .data.f,"awG",@progbits,f,comdat
	.weak	data_of_f
data_of_f: .quad $1
	.section .rodata.only_in_$1,"aG",@progbits,f,comdat
	.asciz	"group number $1"
EOF
}
group 1 | compile a.s
group 2 | compile b.s
compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	call	f
	mov	data_of_f, %ecx
	cmp	%eax, %ecx
	exit_unless_equal 9
	exit	%eax
EOF
link main.o a.o b.o -o program
expect_status 1 ./program
expect_match 'group number 1' strings -a program
expect_no_match 'group number 2' strings -a program
link main.o b.o a.o -o program
expect_status 2 ./program
