#!/usr/bin/env bash
# --retain-symbols-file keeps the listed symbols in the symbol table and drops the others.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, kept, dropped
_start:	nop
kept:	nop
dropped: ret
EOF
printf 'kept\n_start\n' >names
link --retain-symbols-file=names a.o -o program
expect_match ' kept$' nm program
expect_no_match ' dropped$' nm program
