#!/usr/bin/env bash
# A SHF_LINK_ORDER section lives and dies with the section it belongs to, and the pieces are in its order.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.b,"ax"
b:	ret
	.section .text.unused,"ax"
unused:	ret
	.section .text.a,"ax"
_start:	jmp	b
	.section meta,"ao",@progbits,.text.a
	.byte	0xaa
	.section meta,"ao",@progbits,.text.unused
	.byte	0xcc
	.section meta,"ao",@progbits,.text.b
	.byte	0xbb
EOF
link --gc-sections a.o -o program
expect_output bbaa contents program meta
link a.o -o program
expect_output bbccaa contents program meta
