#!/usr/bin/env bash
# Notes of inputs are kept, aligned, in PT_NOTE segments that readelf can walk.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	ret
	.section .note.first,"a",@note
	.balign	4
	.long	4, 4, 0x11
	.asciz	"One"
	.long	1
	.section .note.second,"a",@note
	.balign	4
	.long	4, 4, 0x22
	.asciz	"Two"
	.long	2
EOF
link --build-id=md5 a.o -o program
expect_match '^ *NOTE' readelf -lW program
for owner in One Two GNU; do expect_match "^  $owner " readelf -nW program; done
