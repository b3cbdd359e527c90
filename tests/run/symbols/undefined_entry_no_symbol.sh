#!/usr/bin/env bash
# A name that only the command line or the default entry asks for is not put into the symbol table.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl	f
f:	ret'
link a.o -o program 2>messages
expect_match '_start' cat messages
expect_no_match '_start' nm program
