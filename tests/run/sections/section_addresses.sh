#!/usr/bin/env bash
# -Ttext, -Tdata, -Tbss and --section-start put sections at addresses; the program runs from there.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	mov	value(%rip), %edi
	add	zero(%rip), %edi
	add	custom(%rip), %edi
	mov	$60, %eax
	syscall
	.data
value:	.long	5
	.bss
zero:	.long	0
	.section .custom,"aw"
custom:	.long	2
EOF
for options in '-Ttext=0x600000 -Tdata=0x800000 -Tbss=0xa00000' '-Ttext 0x600000 -Tdata 0x800000 -Tbss 0xa00000' \
  '--section-start=.text=0x600000 --section-start .data=0x800000 --section-start=.bss=a00000'; do
  link $options --section-start=.custom=0x900000 a.o -o program
  expect_status 7 ./program
  expect_equal "$(section program .text address)" $((0x600000))
  expect_equal "$(section program .data address)" $((0x800000))
  expect_equal "$(section program .bss address)" $((0xa00000))
  expect_equal "$(section program .custom address)" $((0x900000))
done

# The headers are loaded right before a first section that is placed, as GNU ld has it; in boot code, and where there is no room, not at all.
loads() { llvm-readelf-19 -lW "$1" | awk '$1 == "LOAD" { print $2, $3 }'; }
link -Ttext=0x100000 a.o -o program
expect_equal "$(loads program | head -1)" '0x000000 0x00000000000ff000'
NO_VERIFY=1 link -N -Ttext=0x7c00 a.o -o program
expect_equal "$(loads program | awk '{ print $2 }')" 0x0000000000007c00
link -n -Ttext=0x20 a.o -o program
expect_equal "$(loads program | awk 'NR == 1 { print $2 }')" 0x0000000000000020
link -Ttext=0 a.o -o program
expect_equal "$(loads program | awk 'NR == 1 { print $2 }')" 0x0000000000000000
# An image base that is given wins.
link -Ttext=0x100000 --image-base=0x80000 a.o -o program
expect_equal "$(loads program | head -1)" '0x000000 0x0000000000080000'
