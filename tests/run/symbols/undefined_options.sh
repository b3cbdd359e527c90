#!/usr/bin/env bash
# -u alone tolerates a symbol that nobody has; --require-defined does not; --undefined-glob extracts what matches.
source "$(dirname "$0")/../lib.sh"

compile main.s <<<'	.globl _start
_start:	ret'
for name in alpha_one alpha_two beta; do
  echo ".globl $name; $name: ret" | as -o $name.o
done
run ar rcs lib.a alpha_one.o alpha_two.o beta.o
link -u nobody main.o -o program
link '--undefined-glob=alpha_*' main.o lib.a -o program
expect_match ' alpha_one$' nm program
expect_match ' alpha_two$' nm program
expect_no_match ' beta$' nm program
