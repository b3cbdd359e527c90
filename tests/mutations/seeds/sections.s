# Sections and symbols that compilers seldom write: hand-made groups, notes, odd alignments. For both CPUs.
	.text
	.globl	_start, helper
	.type	_start, @function
	.type	resolver, @gnu_indirect_function
_start:	call	helper
	call	resolver
	.weak	nobody
	call	nobody
	.size	_start, . - _start
	.globl	resolver
resolver: ret
	.section .text.helper,"axG",@progbits,helper,comdat
helper:	ret
	.section .text.folded1,"ax"
	.globl	folded1
folded1: ret
	.section .text.folded2,"ax"
	.globl	folded2
folded2: ret
	.section .rodata.str1.1,"aMS",@progbits,1
text:	.asciz	"some text"
	.asciz	"text"
	.section .rodata.cst8,"aM",@progbits,8
	.quad	1, 2, 1
	.section keep_me,"awR"
	.long	text
	.section .init_array.00101,"aw",@init_array
	.long	0, 0
	.section .meta,"ao",@progbits,.text.helper
	.long	1
	.section .tdata,"awT"
	.globl	thread_local
thread_local: .long 5
	.section .note.gnu.property,"a",@note
	.balign	8
	.long	4, 2f - 1f, 5
	.asciz	"GNU"
1:	.long	0xc0000002, 4, 3
	.ifdef	is_64
	.long	0
	.endif
2:
	.section .note.GNU-stack,"",@progbits
	.comm	common_like, 400, 32
