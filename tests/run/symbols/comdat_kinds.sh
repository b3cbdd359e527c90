#!/usr/bin/env bash
# A group without the COMDAT flag is never dropped; two groups of different names may share symbol names if only one
# of them is kept; an empty group and a group signature that is a section symbol are fine.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, f
	.section .text.start,"ax"
_start:	call	f
	mov	%eax, %edi
	mov	$60, %eax
	syscall
	.section .text.f,"axG",@progbits,signature,comdat
f:	mov	$3, %eax
	ret
	.section .data.x,"awG",@progbits,plain
	.quad	1
EOF
compile b.s <<'EOF'
	.globl	f
	.section .text.f,"axG",@progbits,signature,comdat
f:	mov	$4, %eax
	ret
	.section .data.x,"awG",@progbits,plain
	.quad	2
EOF
link a.o b.o -o program
expect_status 3 ./program
expect_match '^01000000000000000200000000000000$' contents program .data
