#!/usr/bin/env bash
# --print-icf-sections names what was folded into what.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, one, two
	.section .text.start,"ax"
_start:	call	one
	jmp	two
	.section .text.one,"ax"
one:	mov	$5, %eax
	ret
	.section .text.two,"ax"
two:	mov	$5, %eax
	ret
EOF
expect_match '\.text\.one' link --icf=all --print-icf-sections a.o -o program
expect_match '\.text\.two' link --icf=all --print-icf-sections a.o -o program
expect_equal "$(symbol program one)" "$(symbol program two)"
