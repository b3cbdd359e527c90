#!/usr/bin/env bash
# --discard-section leaves sections of the inputs out by their names, --spare-program-headers leaves room for segments, and
# -r --relocatable-merge-sections joins sections as in a program. As mold has them.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'E2'
	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall
	.section .foo, "a"
	.quad 1
	.section .bar, "a"
	.globl bar
bar:	.quad 2
	.section .text.one, "ax"
one:	ret
	.section .text.two, "axG", @progbits, key, comdat
two:	ret
	.section .note.GNU-stack,"",@progbits
E2
sections() { readelf -SW "$1" | grep -o ' \.foo \| \.bar ' | tr -d '\n '; }
link main.o -o program
expect_output '.foo.bar' sections program
link main.o --discard-section=.foo --discard-section=.bar --no-discard-section .foo -o program
expect_output '.foo' sections program
expect_status 0 ./program
echo '.data; .quad bar' | as -o user.o -
expect_fail 'undefined symbol: bar' -- main.o user.o --discard-section=.bar -o x

link main.o --spare-program-headers=3 -o program
expect_status 0 ./program
expect_equal "$(readelf -lW program | grep -c '^  NULL ')" 3
expect_fail 'spare-program-headers' -- main.o --spare-program-headers=70000 -o x

link -r main.o --relocatable-merge-sections -o joined.o
expect_no_match ' \.text\.one ' readelf -SW joined.o
expect_match ' \.text\.two .* AXG ' readelf -SW joined.o
