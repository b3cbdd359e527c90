#!/usr/bin/env bash
# The program works under the names ld and ld.xld, and by a path with other directories.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
for name in ld ld.xld; do
  run "$scratch/bin/$name" a.o -o program
  expect_status 0 ./program
done
