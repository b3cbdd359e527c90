#!/usr/bin/env bash
# STB_GNU_UNIQUE definitions, which g++ makes for inline statics, act as weak globals in a static link.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.s <<EOF
	.section .data.u,"awG",@progbits,u,comdat
	.type	u, @gnu_unique_object
	.size	u, 4
u:	.long	$i
EOF
done
compile main.s <<<'	.globl _start
_start:	mov u, %edi
	mov $60, %eax
	syscall'
link main.o 2.o 1.o -o program
expect_status 2 ./program

# In a process there is one, although the libraries bind what they can to themselves.
for name in one two; do
  compile $name.cc -fPIC -O1 <<<"inline int &counter() { static int value; return value; } int *$name() { return &counter(); }"
  gxx_link -shared -Wl,-Bsymbolic $name.o -o lib$name.so
done
compile both.cc <<<'int *one(), *two(); int main() { return one() != two(); }'
gxx_link both.o -L. -lone -ltwo -Wl,-rpath,. -o both
expect_status 0 ./both
