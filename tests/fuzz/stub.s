# What a fuzzed object may refer to: a place to start, some symbols of every kind, a thread-local variable.
	.globl	_start, main, stub_data, stub_tls, stub_weak, stub_function, puts
	.weak	stub_weak
	.text
_start:
	call	main
	.weak	main
	.hidden	main
main:
stub_function:
puts:
stub_weak:
	ret
	.section .text.unused,"ax",@progbits
unused:
	jmp	unused
	.data
stub_data:
	.long	1
	.comm	stub_common,64,16
	.section .tdata,"awT",@progbits
stub_tls:
	.long	2
	.section .rodata.str1.1,"aMS",@progbits,1
	.string	"stub"
	.section .note.GNU-stack,"",@progbits
