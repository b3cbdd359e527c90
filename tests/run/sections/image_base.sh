#!/usr/bin/env bash
# --image-base: the address of the first segment; the headers are at its start.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start, base
_start:	mov $60, %eax
	xor %edi, %edi
	syscall
	.data
base:	.quad __executable_start, __ehdr_start'
for option in --image-base=0x10000000 '--image-base 0x10000000'; do
  link $option a.o -o program
  expect_status 0 ./program
  expect_equal $(($(segment program LOAD address))) $((0x10000000))
  expect_output 00000010000000000000001000000000 contents program .data
done
expect_fail 'image-base|xyz' -- --image-base=xyz a.o -o program
