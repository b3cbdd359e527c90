#!/usr/bin/env bash
# A name that is thread-local in one object and ordinary in another is an error that names both.
# Only xld: GNU ld says so, with the object names in two lines; lld and mold link it silently.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
	.type x, @object
_start:	mov x, %eax'
compile b.s <<<'	.globl x
	.section .tdata,"awT"
x:	.long 1'
expect_fail 'x' 'TLS|thread' 'a\.o' 'b\.o' -- a.o b.o -o program
