#!/usr/bin/env bash
# --why-live=SYMBOL prints the chain of references from a root to the symbol; of a dead symbol it says that it is dead.
# Only xld: the option came with lld 21; none of the proving linkers has it.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, first, second, third, dead
	.section .text.start,"ax"
_start:	call	first
	.section .text.first,"ax"
first:	call	second
	.section .text.second,"ax"
second:	lea	third(%rip), %rax
	.section .data.third,"aw"
third:	.quad	0
	.section .text.dead,"ax"
dead:	call	first
EOF
for name in third second first _start; do
  expect_match "$name" link --gc-sections --why-live=third a.o -o program
done
expect_no_match 'dead' link --gc-sections --why-live=third a.o -o program
expect_match 'dead' link --gc-sections --why-live=dead a.o -o program
