#!/usr/bin/env bash
# -s drops the symbol table and debug sections, -S debug sections only, -x local symbols, -X temporary locals (.L).
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	mov	$60, %eax
	xor	%edi, %edi
	syscall
local:	nop
	.section .debug_str,"MS",@progbits,1
	.asciz	"debug text"
EOF
run as --keep-locals -o l.o <<<'.Ltemporary: nop
plain: jmp .Ltemporary'
link a.o l.o -o program
expect_match ' t local$' nm program
link -s a.o l.o -o stripped
expect_no_section stripped .symtab
expect_no_section stripped .debug_str
expect_status 0 ./stripped
link --strip-all a.o l.o -o stripped
expect_no_section stripped .symtab
for option in -S --strip-debug; do
  link $option a.o l.o -o stripped
  expect_no_section stripped .debug_str
  expect_match ' t local$' nm stripped
done
for option in -x --discard-all; do
  link $option a.o l.o -o stripped
  expect_no_match ' t (local|plain|\.Ltemporary)$' nm stripped
  expect_match ' T _start$' nm stripped
done
for option in -X --discard-locals; do
  link $option a.o l.o -o stripped
  expect_no_match 'Ltemporary' nm stripped
  expect_match ' t plain$' nm stripped
done
