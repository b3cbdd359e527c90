# The boot sector of --image=disk: reads the whole image, this sector included, to its load address and starts it.
#
# The BIOS loads the sector to 0:7C00 and enters it in real mode with the drive's number in DL (BIOS Boot Specification,
# Enhanced Disk Drive specification for INT 13h, AH=42h). Code begins at 0x47, where the magic number of an ELF file
# leads: 7f 45 is `jg .+0x47`. So the same bytes serve a plain disk, which begins with a jump, and one that is an ELF
# file as well. Space is short: 0x47 to 0x1b8, where the disk signature and the partition table begin.
#include "boot.inc"
	.set	origin, 0x7c00
	.set	buffer, 0x10000			# 64 sectors
	.set	sectors_per_read, 64
	.set	stack, 0x4ff0

	.section .rodata
	.globl	xld_boot_disk, xld_boot_disk_end
	.globl	xld_boot_disk_sectors, xld_boot_disk_address, xld_boot_disk_entry
xld_boot_disk:
	.code16
	jmp	start
	.org	xld_boot_disk + 0x47
start:	cli
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$stack, %sp
	ljmp	$0, $(first - xld_boot_disk + origin)
first:	push	%dx
	enable_a20
	read_memory_map

	mov	$(packet - xld_boot_disk + origin), %si
	mov	xld_boot_disk_address - xld_boot_disk + origin, %edi
read:	mov	xld_boot_disk_sectors - xld_boot_disk + origin, %ebp
	sub	8(%si), %ebp			# what is left; reading past the end of a disk fails
	jz	loaded
	cmp	$sectors_per_read, %ebp
	jb	1f
	mov	$sectors_per_read, %ebp
1:	mov	%bp, 2(%si)
	pop	%dx
	push	%dx
	mov	$0x42, %ah
	int	$0x13
	jc	failed
	add	%ebp, 8(%si)
	call	copy
	jmp	read

# The BIOS may have left protected-mode limits behind or not: set them anew for each copy ("unreal mode").
copy:	push	%si
	lgdt	descriptor - xld_boot_disk + origin
	mov	%cr0, %eax
	inc	%ax
	mov	%eax, %cr0
	mov	$0x10, %bx
	mov	%bx, %ds
	mov	%bx, %es
	dec	%ax
	mov	%eax, %cr0
	xor	%bx, %bx
	mov	%bx, %ds
	mov	%bx, %es
	mov	$buffer, %esi
	mov	%ebp, %ecx
	shl	$7, %ecx			# sectors to 32-bit words
	rep movsl %ds:(%esi), %es:(%edi)
	pop	%si
	ret

failed:	mov	$(message - xld_boot_disk + origin), %si
1:	lodsb
	test	%al, %al
2:	jz	2b
	mov	$0x0e, %ah
	xor	%bx, %bx
	int	$0x10
	jmp	1b

loaded:	cli
	mov	%cr0, %eax
	inc	%ax
	mov	%eax, %cr0
	ljmpl	$8, $(flat - xld_boot_disk + origin)
	.code32
flat:	load_flat_segments
	mov	$low_block, %ebx
	jmp	*xld_boot_disk_entry - xld_boot_disk + origin

table:	flat_descriptors
descriptor:
	.word	. - table - 1
	.long	table - xld_boot_disk + origin
packet:	.byte	0x10, 0				# disk address packet
	.word	sectors_per_read, 0, buffer >> 4	# how many, where to: offset, segment
	.quad	0				# the first one
xld_boot_disk_sectors: .long 0
xld_boot_disk_address: .long 0
xld_boot_disk_entry: .long 0
message: .asciz	"xld: disk error"
	.org	xld_boot_disk + 0x1b8		# an error if the code is longer
	.org	xld_boot_disk + 0x1fe
	.byte	0x55, 0xaa
xld_boot_disk_end:
	.section .note.GNU-stack, "", @progbits
