#!/usr/bin/env bash
# 16-bit boot code: -Ttext=0x7c00 --oformat=binary gives a 512-byte image with resolved 16- and 8-bit fields.
source "$(dirname "$0")/../lib.sh"

compile boot.s <<'EOF'
	.code16
	.globl	_start
_start:	mov	$message, %si		# R_X86_64_16
	jmp	next			# R_X86_64_PC16 or PC8
	.zero	20
	.section .text.next,"ax"
	.globl	next
next:	mov	(%bx), %al
	movb	$low_byte, %al		# R_X86_64_8
	hlt
message: .asciz	"boot"
	.section .text.end,"ax"
	.org	0x1fe - 0x28
	.byte	0x55, 0xaa
EOF
link -Ttext=0x7c00 --oformat=binary -e _start --defsym=low_byte=0x5a boot.o -o boot.bin
expect_equal "$(head -c 1 boot.bin | od -An -tx1 | tr -d ' ')" be
address=$(od -An -tu2 -j1 -N2 boot.bin | tr -d ' ')
expect_equal "$(tail -c +$((address - 0x7c00 + 1)) boot.bin | head -c 4)" boot
expect_match 'b0 5a f4' od -An -v -tx1 -w512 boot.bin
expect_match '55 aa$' od -An -v -tx1 -w4096 boot.bin
