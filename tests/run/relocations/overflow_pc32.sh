#!/usr/bin/env bash
# A PC-relative relocation that cannot reach names symbol, section, offset and type.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	nop
	call	far_function
	.section .data
	.long	0
EOF
expect_fail 'a\.o' 'far_function' '\.text\+0x2' 'R_X86_64_PLT32' 'out of range|overflow|truncated' -- \
  a.o --defsym=far_function=0x7fff00000000 -o program
