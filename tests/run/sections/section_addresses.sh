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
