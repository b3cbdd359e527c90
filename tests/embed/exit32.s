# i386: exits with 0; has a string to merge and a slot to fill.
	.globl	_start
	.text
_start:
	movl	$1, %eax
	xorl	%ebx, %ebx
	movl	$message, %ecx
	int	$0x80
	.section .rodata.str1.1,"aMS",@progbits,1
message:
	.string	"bye"
	.data
	.long	message
