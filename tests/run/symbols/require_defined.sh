#!/usr/bin/env bash
# --require-defined: extracts, and is an error if nobody defines the symbol.
source "$(dirname "$0")/../lib.sh"

compile main.s <<<'	.globl _start
_start:	ret'
echo '.globl beta; beta: ret' | as -o beta.o
run ar rcs lib.a beta.o
link --require-defined=beta main.o lib.a -o program
expect_match ' beta$' nm program
expect_fail 'nobody' -- --require-defined=nobody main.o lib.a -o program
