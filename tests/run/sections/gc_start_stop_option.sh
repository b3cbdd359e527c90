#!/usr/bin/env bash
# -z start-stop-gc: __start_NAME no longer keeps the sections NAME; -z nostart-stop-gc is the default.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.weak	__start_lost
_start:	lea	__start_lost(%rip), %rax
	ret
	.section lost,"a"
	.byte	2
EOF
link --gc-sections -z nostart-stop-gc a.o -o program
has_section program lost
link --gc-sections -z start-stop-gc a.o -o program
expect_no_section program lost
