# A kernel of one's own, without the runtime: starts in 32-bit mode with EBX pointing to the PVH start information,
# writes a line to the serial port and ends QEMU through its debug-exit device.
#
#   gcc -c kernel.S && xld --target=none-amd64 --nostdrt --image=elf -o kernel.img kernel.o
#   qemu-system-x86_64 -kernel kernel.img -serial stdio -display none -device isa-debug-exit,iobase=0x501
	.code32
	.globl	_start
_start:	mov	$message, %esi
	mov	$0x3f8, %edx			# the first serial port
next:	lodsb
	test	%al, %al
	jz	done
	outb	%al, %dx
	jmp	next
done:	mov	$0x10, %eax			# QEMU's exit status is 2 * 0x10 + 1
	mov	$0x501, %edx
	outl	%eax, %dx
	hlt
	.data
message: .asciz "hello from a kernel of its own\n"
