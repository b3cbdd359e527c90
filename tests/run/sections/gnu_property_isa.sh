#!/usr/bin/env bash
# Instruction sets needed are joined by OR, those used too, if every object says which; those of i386 use 4-byte units.
source "$(dirname "$0")/../lib.sh"

for level in 1 2; do
  for machine in 64 32; do
    [[ $machine == 64 ]] && align=8 || align=4
    as --$machine -o isa$level-$machine.o <<EOF
	.section .note.gnu.property,"a",@note
	.balign	$align
	.long	4, 2f-1f, 5
	.asciz	"GNU"
1:	.long	0xc0008002, 4, $level
	.balign	$align
	.long	0xc0010002, 4, $level
	.balign	$align
2:
	.text
	.globl	_start
	.weak	_start
_start:	ret
EOF
  done
done
link isa1-64.o isa2-64.o -o program
expect_match 'ISA needed: x86-64-baseline, x86-64-v2' readelf -nW program
expect_match 'ISA used: x86-64-baseline, x86-64-v2' readelf -nW program
as --64 -mx86-used-note=no /dev/null -o silent.o
link isa1-64.o isa2-64.o silent.o -o program
expect_match 'ISA needed: x86-64-baseline, x86-64-v2' readelf -nW program
expect_no_match 'ISA used' readelf -nW program
link -m elf_i386 isa1-32.o isa2-32.o -o program
expect_match 'ISA needed: x86-64-baseline, x86-64-v2' readelf -nW program
