#!/usr/bin/env bash
# --print-gc-sections names each removed section and its file, and nothing that was kept.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.kept,"ax"
_start:	ret
	.section .text.removed,"ax"
	ret
	.section .data.removed,"aw"
	.quad	1
EOF
expect_match 'a\.o.*\.text\.removed' link --gc-sections --print-gc-sections a.o -o program
expect_match 'a\.o.*\.data\.removed' link --gc-sections --print-gc-sections a.o -o program
expect_no_match '\.text\.kept' link --gc-sections --print-gc-sections a.o -o program
expect_no_match 'removed' link --gc-sections a.o -o program
