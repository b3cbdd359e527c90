#!/usr/bin/env bash
# Undefined symbols as warnings, or ignored, on request; they are zero then.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	mov	$missing, %edi
	mov	$60, %eax
	syscall
EOF
link --unresolved-symbols=ignore-all a.o -o program
expect_status 0 ./program
expect_match 'missing' link --warn-unresolved-symbols a.o -o program
expect_status 0 ./program
expect_fail 'missing' -- --unresolved-symbols=report-all a.o -o program
