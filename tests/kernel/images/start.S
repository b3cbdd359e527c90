# The start of the test kernel: 32-bit entry to 64-bit C. Position-dependent in its low addresses only: a kernel that runs
# at high addresses defines OFFSET, the distance to its load address.
#ifndef OFFSET
#define OFFSET 0
#endif
	.section .text.start, "ax"
	.code32
	.globl	_start
_start:	cli
	mov	$(stack_end - OFFSET), %esp
	mov	%ebx, %ebp
	mov	$(__bss_start - OFFSET), %edi	# whatever the loader did
	mov	$(_end - OFFSET), %ecx
	sub	%edi, %ecx
	xor	%eax, %eax
	cld
	rep stosb
	mov	$(directory - OFFSET), %edi	# 1 GiB in 2 MiB pages, at 0 and at OFFSET
	mov	$0x83, %eax
	mov	$512, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	movl	$(directory - OFFSET + 3), pointers - OFFSET
	movl	$(directory - OFFSET + 3), pointers - OFFSET + 510 * 8
	movl	$(pointers - OFFSET + 3), root - OFFSET
	movl	$(pointers - OFFSET + 3), root - OFFSET + 511 * 8
	mov	$(root - OFFSET), %eax
	mov	%eax, %cr3
	mov	$0x620, %eax			# PAE, OSFXSR, OSXMMEXCPT
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	and	$~4, %eax			# no EM: SSE works
	or	$0x80000002, %eax
	mov	%eax, %cr0
	lgdt	descriptor - OFFSET
	ljmp	$8, $(long_mode - OFFSET)
	.code64
long_mode:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	movabs	$stack_end, %rsp
	mov	%ebp, %edi
	movabs	$kernel_main, %rax
	call	*%rax
	mov	$0x501, %edx
	outl	%eax, %dx
	hlt

	.section .rodata.start, "a"
	.balign	8
table:	.quad	0, 0x00af9b000000ffff, 0x00cf93000000ffff
descriptor: .word . - table - 1
	.long	table - OFFSET

	.bss
	.balign	4096
root:	.skip	4096
pointers: .skip	4096
directory: .skip 4096
	.skip	8192
stack_end:
