#!/usr/bin/env bash
# Roots besides the entry: -u, --entry, --defsym references, _init and _fini.
source "$(dirname "$0")/../lib.sh"

for name in one two three four; do
  echo ".globl $name; .section .text.$name,\"ax\"; $name: ret" | as -o $name.o
done
compile a.s <<<'	.globl _start, _init
	.section .init,"ax"
_init:	ret
	.section .text.start,"ax"
_start:	ret'
link --gc-sections -u one --undefined=two --defsym=name=three a.o one.o two.o three.o four.o -o program
expect_match ' one$' nm program
expect_match ' two$' nm program
expect_match ' three$' nm program
expect_match ' _init$' nm program
expect_no_match ' four$' nm program
