#!/usr/bin/env bash
# Equal strings of several objects are stored once; different section names, entry sizes and flags stay apart.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.s <<EOF
	.globl	p$i, w$i
	.section .rodata.str1.1,"aMS",@progbits,1
.L1:	.asciz	"shared string"
.L2:	.asciz	"own string $i"
	.section .rodata.str4.4,"aMS",@progbits,4
	.balign	4
.L3:	.long	'w', 'i', 'd', 'e', 0
	.data
p$i:	.quad	.L1, .L2
w$i:	.quad	.L3
EOF
done
compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	p1, %rax
	cmp	p2, %rax
	exit_unless_equal 1
	mov	w1, %rax
	cmp	w2, %rax
	exit_unless_equal 2
	mov	p2+8, %rax
	cmpb	$'2', 11(%rax)
	exit_unless_equal 3
	exit	$0
EOF
link main.o 1.o 2.o -o program
expect_status 0 ./program
expect_equal "$(strings -a program | grep -c '^shared string$')" 1

# What is nothing but such strings says so, as in the input; what is not does not.
for section in one two; do printf '.section .rodata.%s,"aMS",@progbits,1\n.asciz "%s"\n' $section $section; done | as -o strings.o -
echo '.section .rodata,"a"; .quad 1' | as -o word.o -
link -shared strings.o -o program
expect_match ' \.rodata .* 01 AMS ' readelf -SW program
link -shared strings.o word.o -o program
expect_match ' \.rodata .* 00 +A ' readelf -SW program
