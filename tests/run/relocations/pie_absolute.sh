#!/usr/bin/env bash
# A 32-bit absolute address cannot be in a static PIE; the message names the symbol and the compiler option.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, object
_start:	mov	$object, %eax
	.data
object:	.long	0
EOF
expect_fail 'object' 'R_X86_64_32' '-f(PIC|PIE)' -- -pie a.o -o program
compile b.s <<'EOF'
	.globl	_start, value
	value = 0x1234
_start:	mov	$value, %edi
	mov	$60, %eax
	syscall
EOF
link -pie --no-dynamic-linker b.o -o program
expect_status $((0x34)) ./program
