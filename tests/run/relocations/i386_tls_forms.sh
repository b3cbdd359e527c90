#!/usr/bin/env bash
# R_386_TLS_IE, TLS_GOTIE, TLS_LE and TLS_LE_32 in all their instruction forms.
source "$(dirname "$0")/../lib.sh"

compile main.s -m32 <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	$variable@ntpoff, %eax
	cmp	$-12, %eax
	exit32_unless_equal 1
	mov	variable@indntpoff, %ebx	# R_386_TLS_IE
	cmp	%eax, %ebx
	exit32_unless_equal 2
	mov	variable@indntpoff, %eax	# the short form of eax
	cmp	%eax, %ebx
	exit32_unless_equal 3
	xor	%esi, %esi
	add	variable@indntpoff, %esi
	cmp	%eax, %esi
	exit32_unless_equal 4
	mov	$_GLOBAL_OFFSET_TABLE_, %edx
	mov	variable@gotntpoff(%edx), %ecx	# R_386_TLS_GOTIE
	cmp	%eax, %ecx
	exit32_unless_equal 5
	xor	%edi, %edi
	add	variable@gotntpoff(%edx), %edi
	cmp	%eax, %edi
	exit32_unless_equal 6
	mov	$variable@tpoff, %ecx		# R_386_TLS_LE_32
	neg	%ecx
	cmp	%eax, %ecx
	exit32_unless_equal 7
	mov	variable@gottpoff(%edx), %ecx	# R_386_TLS_IE_32
	neg	%ecx
	cmp	%eax, %ecx
	exit32_unless_equal 8
	exit32	$0
	.section .tdata,"awT",@progbits
	.globl	variable
	.long	1
variable: .long	2
	.section .tbss,"awT",@nobits
	.long	0, 0
EOF
link -m elf_i386 main.o -o program
expect_status 0 ./program
