#!/usr/bin/env bash
# The GOT relocations of the large model: GOTPC32, GOTPC64, GOTOFF64, GOT64, GOTPCREL, GOTPCREL64, PLTOFF64.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start, object, function
_start:	lea	_GLOBAL_OFFSET_TABLE_(%rip), %rbx
	lea	1f(%rip), %rax
1:	movabs	$_GLOBAL_OFFSET_TABLE_-1b, %rcx
	add	%rcx, %rax
	cmp	%rax, %rbx
	exit_unless_equal 1
	movabs	$object@GOTOFF, %rax
	cmpl	$5, (%rbx,%rax)
	exit_unless_equal 2
	movabs	$object@GOT, %rax
	mov	(%rbx,%rax), %rax
	cmpl	$5, (%rax)
	exit_unless_equal 3
	movabs	$function@PLTOFF, %rax
	add	%rbx, %rax
	call	*%rax
	cmp	$6, %eax
	exit_unless_equal 4
	cmpq	$object, object@GOTPCREL(%rip)
	exit_unless_equal 5
	push	object@GOTPCREL(%rip)
	pop	%rax
	cmp	$object, %rax
	exit_unless_equal 6
	lea	2f(%rip), %rax
	add	2f(%rip), %rax
	cmpq	$object, (%rax)
	exit_unless_equal 7
	exit	$0
function: mov	$6, %eax
	ret
	.data
object:	.long	5
2:	.quad	object@GOTPCREL
EOF
link main.o -o program
expect_status 0 ./program
