#!/usr/bin/env bash
# --gc-sections: what a note refers to stays, also if the note is not loaded, as lists of probes are; a note that belongs
# to a group goes with it. --why-live agrees.
source "$(dirname "$0")/../lib.sh"

as -o a.o <<'EOS'
	.globl	_start
_start:	ret
	.section .note.probes,"",@note
	.quad	base
	.section .probe.base,"a",@progbits
	.globl	base
base:	.byte	1
	.section .text.dead,"axG",@progbits,group,comdat
	.globl	dead
dead:	ret
	.section .note.group,"G",@note,group,comdat
	.quad	unused
	.section .rodata.unused,"a",@progbits
	.globl	unused
unused:	.byte	2
EOS
link --gc-sections a.o -o program
expect_match ' base$' nm program
expect_no_match ' unused$| dead$' nm program
expect_match 'note.probes' "$XLD" --gc-sections --why-live=base a.o -o program
