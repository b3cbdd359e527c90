#!/usr/bin/env bash
# -r keeps groups: of one signature the first, with its members and their relocations; --force-group-allocation dissolves
# them.
source "$(dirname "$0")/../lib.sh"

for name in a b; do
  compile $name.s <<E
	.section .text.shared, "axG", @progbits, shared, comdat
	.weak	shared
shared:	call	other
	.section .data.shared, "awG", @progbits, shared, comdat
	.quad	shared
	.section .text.own, "axG", @progbits, own
own_$name: ret
	.text
	.globl	${name}_main
${name}_main: call shared
E
done
link -r a.o b.o -o both.o
readelf -gW both.o >groups
expect_equal "$(grep -c '^COMDAT group section .*\[shared\] contains 4 sections' groups)" 1
expect_equal "$(grep -c '^group section .*\[own\] contains 1 sections' groups)" 2
for member in .text.shared .rela.text.shared .data.shared .rela.data.shared; do expect_match " $member$" cat groups; done
expect_equal "$(section both.o .text.shared flags)" AXG
expect_equal "$(readelf -SW both.o | grep -c ' \.text\.own ')" 2
# The first definition is the one both calls are bound to.
expect_equal "$(readelf -rW both.o | grep -c 'R_X86_64_PLT32 .* shared - 4')" 2

link -r --force-group-allocation a.o b.o -o plain.o
expect_no_match GROUP readelf -SW plain.o
expect_equal "$(section plain.o .text.shared flags) $(section plain.o .text.own size)" 'AX 2'
