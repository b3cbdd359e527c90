#!/usr/bin/env bash
# A reference to __start_NAME keeps all sections NAME, as GNU ld has it; -z start-stop-gc takes that away.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	lea	__start_kept(%rip), %rax
	ret
	.section kept,"a"
	.byte	1
	.section lost,"a"
	.byte	2
EOF
compile b.s <<<'	.section kept,"a"
	.byte 3'
link --gc-sections a.o b.o -o program
expect_output 0103 contents program kept
expect_no_section program lost
