#!/usr/bin/env bash
# R_386_32, PC32, 16, PC16, 8, PC8, GOTOFF, GOTPC, GOT32, GOT32X and PLT32, with addends stored in the sections.
source "$(dirname "$0")/../lib.sh"

compile main.s -m32 <<'EOF'
	.include "exit.inc"
	.globl	_start, object, function
_start:	mov	$object+4, %eax
	cmpl	$6, (%eax)
	exit32_unless_equal 1
	call	1f
1:	pop	%ebx
	add	$_GLOBAL_OFFSET_TABLE_+[.-1b], %ebx
	lea	object@GOTOFF-4(%ebx), %eax
	cmpl	$6, 8(%eax)
	exit32_unless_equal 2
	mov	object@GOT(%ebx), %eax		# R_386_GOT32X
	cmpl	$5, (%eax)
	exit32_unless_equal 3
	movl	object@GOT(%ebx), %ecx
	cmp	$object, %ecx
	exit32_unless_equal 4
	call	function@PLT
	call	*function@GOT(%ebx)
	mov	other, %eax
	cmp	%eax, pointer
	exit32_unless_equal 5
	push	object@GOT(%ebx)
	pop	%eax
	cmp	$object, %eax
	exit32_unless_equal 6
	cmp	object@GOT(%ebx), %eax
	exit32_unless_equal 7
	exit32	$0
	.data
pointer: .long	other-8
	.byte	small+1
	.short	absolute-1
object:	.long	5, 6
EOF
compile other.s -m32 <<'EOF'
	.globl	other, function, small, absolute
	small = 0x10
	absolute = 0x1000
function: ret
	.data
other:	.long	other-8
EOF
link -m elf_i386 main.o other.o -o program
expect_status 0 ./program
expect_match '^........11ff0f' contents program .data
link -m elf_i386 --no-relax main.o other.o -o program
expect_status 0 ./program
