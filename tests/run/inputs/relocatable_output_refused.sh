#!/usr/bin/env bash
# A static link does not take a shared object: the message names it.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'int a(void) { return 3; }'
run gcc -shared -nostdlib a.o -o liba.so
compile main.s <<<'	.globl _start
_start:	call a'
expect_fail 'liba\.so' -- -static main.o liba.so -o program
