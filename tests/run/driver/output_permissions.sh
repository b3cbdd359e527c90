#!/usr/bin/env bash
# The output is executable as the umask allows, replaces an older one, also a running one and a symbolic link's target.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $34, %eax
	syscall'
compile b.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
(umask 027 && link b.o -o program)
expect_equal "$(stat -c %a program)" 750
rm program
link a.o -o program
./program &
running=$!
link b.o -o program
expect_status 0 ./program
kill $running
ln -s program alias
rm -f copy && cp program copy && chmod 644 copy
link b.o -o copy
expect_status 0 ./copy
