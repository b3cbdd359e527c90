#!/usr/bin/env bash
# -R FILE and --just-symbols=FILE take addresses from a linked program without its sections.
source "$(dirname "$0")/../lib.sh"

compile kernel.s <<<'	.globl kernel_start, service
kernel_start: nop
service: ret'
compile user.s <<<'	.globl _start
_start:	mov $service, %rax
	ret'
link -e kernel_start -Ttext=0x700000 kernel.o -o kernel
for option in '-R kernel' --just-symbols=kernel; do
  link $option user.o -o program
  expect_equal "$(symbol program service)" "$(symbol kernel service)"
  expect_match '0x700001' disassemble program _start
done
