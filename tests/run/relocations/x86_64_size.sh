#!/usr/bin/env bash
# R_X86_64_SIZE32 and SIZE64: the size of a symbol, also of one in another object, plus an addend.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	$object@SIZE, %eax
	cmp	$12, %eax
	exit_unless_equal 1
	cmpq	$13, size
	exit_unless_equal 2
	exit	$0
	.data
size:	.quad	object@SIZE+1
EOF
compile object.s <<<'.globl object; .type object, @object; .size object, 12; .data; object: .zero 12'
link main.o object.o -o program
expect_status 0 ./program

# That of a library's variable is what the library says.
link -shared object.o -o libobject.so
link main.o ./libobject.so -I /lib64/ld-linux-x86-64.so.2 -o program
expect_status 0 ./program
