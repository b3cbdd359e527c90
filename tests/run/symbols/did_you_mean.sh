#!/usr/bin/env bash
# A name that is nearly a defined one: the message proposes it.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, compute_total
_start:	call	compute_totl
compute_total: ret
EOF
expect_fail 'compute_totl' 'did you mean.*compute_total' -- a.o -o program
compile b.s <<'EOF'
	.globl	_start, _Z3fooi
_start:	call	foo
_Z3fooi: ret
EOF
expect_fail 'foo\(int\)|_Z3fooi' 'did you mean' -- b.o -o program
