#!/usr/bin/env bash
# Functions with equal code are not folded if a personality of their own unwinds them, even without an exception table.
# Only xld: LLD 19 and mold 1.10 do not look at personalities; newer mold tests for it.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.macro function name, personality
	.section .text.\name,"ax"
	.globl	\name
\name:	.cfi_startproc
	.ifnb	\personality
	.cfi_personality 0x1b, \personality
	.endif
	mov	$42, %eax
	ret
	.cfi_endproc
	.endm
	function f, first
	function g, second
	function plain
	function same
	.text
	.globl	_start
_start:	call	f
	call	g
	call	plain
	call	same
	exit	$0
first:	nop
second:	ret
EOF
link --icf=all a.o -o program
expect_different "$(symbol program f)" "$(symbol program g)"
expect_different "$(symbol program f)" "$(symbol program plain)"
expect_equal "$(symbol program plain)" "$(symbol program same)"
expect_status 0 ./program
