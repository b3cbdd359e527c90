#!/usr/bin/env bash
# R_386_GOT32 may stand behind any bytes, as of an instruction that loads the slot's offset: none of them is rewritten.
# The bytes before are those of a load, by chance.
source "$(dirname "$0")/../lib.sh"

as --32 -o a.o <<'EOS'
	.comm	variable, 4, 4
	.globl	_start
_start:	.byte	0xeb, 0x8b
	movl	$variable@GOT, %ebp
EOS
link -m elf_i386 a.o -o program
expect_match '^eb8bbd' contents program .text
