#!/usr/bin/env bash
# sh_entsize: of constants that are merged, if the section consists of nothing else; of .gnu.hash on 32-bit CPUs only.
source "$(dirname "$0")/../lib.sh"

compile constants.s <<'END'
	.globl	_start
_start:	ret
	.section .alone,"aM",@progbits,8
	.quad	1, 1
	.section .mixed,"aM",@progbits,4
	.long	1
END
compile bytes.s <<'END'
	.section .mixed,"a"
	.byte	2, 3, 4
END
link constants.o bytes.o -o program
expect_equal "$(section program .alone entry)" 8
expect_equal "$(section program .mixed entry)" 0
expect_equal "$(section program .mixed flags)" A
link -shared --hash-style=gnu constants.o bytes.o -o library.so
expect_equal "$(section library.so .gnu.hash entry)" 0

compile narrow.s -m32 <<'END'
	.globl	f
f:	ret
END
link -m elf_i386 -shared --hash-style=gnu narrow.o -o narrow.so
expect_equal "$(section narrow.so .gnu.hash entry)" 4
