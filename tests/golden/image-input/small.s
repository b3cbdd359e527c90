# So small that its whole image can be read: code and a word of data.
	.text
	.globl	_start
_start:	hlt
	jmp	_start
	.data
	.long	__image_size, __image_entry
	.bss
	.skip	100
	.section .note.GNU-stack, "", @progbits
