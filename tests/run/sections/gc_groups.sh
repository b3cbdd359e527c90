#!/usr/bin/env bash
# Members of a section group live together: a kept function keeps its group's data, also without a reference.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.start,"ax"
_start:	call	f
	ret
	.section .text.f,"axG",@progbits,f,comdat
f:	ret
	.section .meta.f,"aG",@progbits,f,comdat
meta_f:	.byte	1
	.section .text.g,"axG",@progbits,g,comdat
g:	ret
	.section .comment_f,"G",@progbits,f,comdat
	.ascii	"f"
	.section .comment_g,"G",@progbits,g,comdat
	.ascii	"g"
	.section .meta.g,"aG",@progbits,g,comdat
meta_g:	.byte	2
EOF
link --gc-sections a.o -o program
expect_match ' meta_f$' nm program
expect_no_match ' (meta_)?g$' nm program
# What is not loaded does not keep its group, but stays with it.
expect_match comment_f readelf -SW program
expect_no_match comment_g readelf -SW program
