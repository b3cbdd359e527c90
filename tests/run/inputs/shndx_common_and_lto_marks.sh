#!/usr/bin/env bash
# Sections that are not part of the output: SHF_EXCLUDE, .llvm_addrsig, .note.GNU-stack, .gnu.lto_*.
source "$(dirname "$0")/../lib.sh"

echo 'exclude me' >text
cat >a.s <<'EOF'
	.globl	_start
_start:	exit	$0
	.include "exit.inc"
	.section .excluded,"e"
	.asciz	"nobody sees this"
	.section .text
	.addrsig
	.addrsig_sym _start
	.section .note.GNU-stack,"",@progbits
EOF
sed -i '/addrsig/d; /exit.inc/d; 1i .include "exit.inc"' a.s
run as -I"$lib_directory" a.s -o a.o
link a.o -o program
expect_status 0 ./program
expect_no_section program .excluded
expect_no_section program .note.GNU-stack
expect_no_match 'nobody sees' strings -a program
