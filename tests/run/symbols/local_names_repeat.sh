#!/usr/bin/env bash
# Local symbols of the same name in several objects stay apart; a local does not satisfy another object's reference.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  echo ".globl get$i; get$i: mov local, %eax; ret; .data; local: .long $i" | as -o $i.o
done
compile main.s <<'EOF'
	.globl	_start
_start:	call	get1
	mov	%eax, %edi
	call	get2
	lea	(%rdi,%rax,4), %edi
	mov	$60, %eax
	syscall
EOF
link main.o 1.o 2.o -o program
expect_status 9 ./program
echo '.globl use; use: call local' | as -o use.o
expect_fail 'undefined.*local' -- main.o 1.o 2.o use.o -o program
