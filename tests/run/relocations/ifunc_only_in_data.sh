#!/usr/bin/env bash
# An IFUNC that is only called, and one that is only in data; __rela_iplt_start to __rela_iplt_end covers them all.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	$__rela_iplt_start, %r12d
1:	cmp	$__rela_iplt_end, %r12
	je	2f
	cmpl	$37, 8(%r12)		# R_X86_64_IRELATIVE
	exit_unless_equal 1
	call	*16(%r12)
	mov	(%r12), %rcx
	mov	%rax, (%rcx)
	add	$24, %r12
	incl	count(%rip)
	jmp	1b
2:	call	called
	cmp	$11, %eax
	exit_unless_equal 2
	call	*pointer(%rip)
	cmp	$22, %eax
	exit_unless_equal 3
	cmpl	$2, count(%rip)
	exit_unless_equal 4
	exit	$0
	.type	called, @gnu_indirect_function
called:	mov	$1f, %eax
	ret
1:	mov	$11, %eax
	ret
	.type	stored, @gnu_indirect_function
stored:	mov	$1f, %eax
	ret
1:	mov	$22, %eax
	ret
	.data
count:	.long	0
	.balign	8
pointer: .quad	stored
EOF
link a.o -o program
expect_status 0 ./program
link --gc-sections -z norelro a.o -o program
expect_status 0 ./program
