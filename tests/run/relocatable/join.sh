#!/usr/bin/env bash
# -r joins sections of one name, keeps others apart, and says of symbols and relocations what the inputs say.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'E'
	.globl	main
	.hidden	main
	.type	main, @function
main:	call	helper
	leaq	local@GOTPCREL(%rip), %rax
	leaq	.Lwords+8(%rip), %rax
local:	ret
	.size	main, .-main
	.data
.Lwords: .quad	.Lwords+8, 2
	.weak	missing
	.quad	missing
	.section .rodata.str1.1, "aMS", @progbits, 1
	.asciz	"one"
	.section settings, "a"
	.byte	1
	.section .tbss, "awT", @nobits
	.globl	thread
	.type	thread, @object
	.size	thread, 4
thread:	.zero	4
E
compile b.s <<'E'
	.globl	helper
helper:	nop
local:	jmp	1f
	leaq	text(%rip), %rdi
	.data
	.quad	words
words:	.quad	local
	.section .rodata.str1.1, "aMS", @progbits, 1
text:	.asciz	"two"
	.section settings, "a"
	.byte	2
	.text
1:	ret
E
link -r a.o b.o -o both.o
expect_match 'Type: +REL ' readelf -h both.o
expect_match 'There are no program headers' readelf -l both.o
expect_equal "$(contents both.o settings)" 0102
expect_equal "$(contents both.o .rodata.str1.1)" 6f6e650074776f00
expect_equal "$(section both.o .rodata.str1.1 flags) $(section both.o .rodata.str1.1 entry)" 'AMS 1'
expect_equal "$(readelf -SW both.o | grep -c ' \.text ')" 1
expect_match ' FUNC +GLOBAL HIDDEN +[0-9]+ main$' readelf -sW both.o
expect_match ' 4 TLS +GLOBAL DEFAULT +[0-9]+ thread$' readelf -sW both.o
expect_match ' NOTYPE +WEAK +DEFAULT +UND missing$' readelf -sW both.o
expect_equal "$(readelf -sW both.o | grep -c 'LOCAL .* local$')" 2
readelf -rW both.o >relocs
expect_match 'R_X86_64_PLT32 .* helper - 4' cat relocs
expect_match 'R_X86_64_(REX_)?GOTPCRELX? .* local - 4' cat relocs
expect_match '^0+0 .*R_X86_64_64 .* \.data \+ 8$' cat relocs
expect_match '^0+18 .*R_X86_64_64 .* (words|\.data) \+ (0|20)$' cat relocs
