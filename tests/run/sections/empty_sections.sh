#!/usr/bin/env bash
# Sections of size zero: symbols in them get addresses, alignment does not hurt, and the output is well formed.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, in_empty
_start:	mov	$in_empty, %edi
	sub	$data, %edi
	mov	$60, %eax
	syscall
	.data
data:	.byte	1
	.section .data.empty,"aw"
in_empty:
	.section .bss.empty,"aw",@nobits
	.section .tdata,"awT"
	.section lonely,"a"
EOF
link a.o -o program
expect_status 1 ./program
