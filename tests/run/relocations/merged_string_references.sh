#!/usr/bin/env bash
# References into merged strings: by section symbol and addend, in the middle of a string, and through a symbol.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.globl	_start, text
_start:	mov	$.Lone+2, %esi
	cmpl	$0x00656572, (%rsi)	# "ree", the tail of "three"
	exit_unless_equal 1
	lea	text+4(%rip), %rax
	cmpw	$0x6f77, (%rax)		# "wo"
	exit_unless_equal 2
	mov	other, %rax
	cmp	$text, %rax
	exit_unless_equal 3
	exit	$0
	.section .rodata.str1.1,"aMS",@progbits,1
	.asciz	"filler"
text:	.asciz	"onetwo"
.Lone:	.asciz	"three"
EOF
compile b.s <<'EOF'
	.globl	other
	.data
other:	.quad	.Lsame
	.section .rodata.str1.1,"aMS",@progbits,1
	.asciz	"three"
.Lsame:	.asciz	"onetwo"
EOF
sed -i 's/cmpw	$0x6f77/cmpw	$0x6f77/' a.s
link a.o b.o -o program
expect_status 0 ./program
