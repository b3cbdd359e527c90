#!/usr/bin/env bash
# -z dead-reloc-in-nonalloc=GLOB=VALUE sets what references to removed code become in debug sections.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.start,"ax"
_start:	ret
	.section .text.dead,"ax"
dead:	ret
	.section .debug_mine,"",@progbits
	.quad	dead
EOF
link --gc-sections -z dead-reloc-in-nonalloc=.debug_mine=0x42 a.o -o program
expect_output 4200000000000000 contents program .debug_mine
link --gc-sections -z dead-reloc-in-nonalloc=.debug_mine=1 -z 'dead-reloc-in-nonalloc=.debug_m*=2' a.o -o program
expect_output 0200000000000000 contents program .debug_mine  # of two that match, the last counts
