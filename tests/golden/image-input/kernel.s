# A kernel that only has to be framed: code, constants, data, zero-filled memory, and the numbers that xld computes.
	.text
	.globl	_start
_start:	hlt
	jmp	_start
	.section .rodata, "a", @progbits
	.ascii	"constants"
	.data
	.balign	8
	.quad	__image_size, __image_sectors, __image_load_start, __image_load_end, __image_memory_end
	.quad	__image_entry, __image_virtual_offset, __image_crc32
	.bss
	.skip	5000
	.section .note.GNU-stack, "", @progbits
