#!/usr/bin/env bash
# An output section has the flags of all its inputs; merge flags are dropped when the parts differ; nobits joins.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	ret
	.section .mix,"a"
	.byte	1
	.section .both,"aw",@nobits
	.zero	8
EOF
compile b.s <<'EOF'
	.section .mix,"aw"
	.byte	2
	.section .both,"aw",@progbits
	.byte	3
EOF
link a.o b.o -o program
expect_equal "$(section program .mix flags)" WA
expect_output 0102 contents program .mix
expect_equal "$(section program .both type)" PROGBITS
expect_output 000000000000000003 contents program .both
