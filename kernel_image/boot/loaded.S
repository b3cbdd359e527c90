# Entries of an image that is in memory already, for loaders that enter in 32- or 64-bit mode: they collect what the
# protocol tells and go to the program's one entry with EBX pointing to a PVH start information.
#
#   +0      32-bit, ESI -> boot_params: Linux Documentation/arch/x86/boot.rst, "32-bit Boot Protocol"
#   +0x200  64-bit, RSI -> boot_params: "64-bit Boot Protocol", and where Firecracker and crosvm enter ELF files
#   xld_boot_loaded_multiboot  32-bit, EAX = 0x2BADB002 or 0x36D76289, EBX -> information: Multiboot 0.6.96 and 2.0
#
# Position independent. What is collected, and a stack, are in memory that xld reserves behind the image.
#include "boot.inc"
	.set	boot_params_rsdp, 0x070
	.set	boot_params_high_ramdisk, 0x0c0
	.set	boot_params_high_command_line, 0x0c8
	.set	boot_params_map_count, 0x1e8
	.set	boot_params_ramdisk, 0x218
	.set	boot_params_ramdisk_size, 0x21c
	.set	boot_params_command_line, 0x228
	.set	boot_params_map, 0x2d0
	.set	stack_top, block_size + 128

	.section .rodata
	.globl	xld_boot_loaded, xld_boot_loaded_end, xld_boot_loaded_linux64, xld_boot_loaded_multiboot
	.globl	xld_boot_loaded_scratch, xld_boot_loaded_scratch64, xld_boot_loaded_entry

xld_boot_loaded:
	.code32
linux32:
	xor	%eax, %eax			# no magic number of Multiboot: boot_params
	mov	%esi, %ebx
xld_boot_loaded_multiboot:
	cli
	cld
	mov	%ebx, %esi
	mov	%eax, %ebp
	.byte	0xbb				# mov $scratch, %ebx: the block, and a stack behind it
xld_boot_loaded_scratch: .long 0
	lea	stack_top(%ebx), %esp
	mov	%ebx, %edi
	mov	$(block_size / 4), %ecx
	xor	%eax, %eax
	rep stosl
	movl	$start_info_magic, (%ebx)
	movl	$1, start_info_version(%ebx)
	lea	block_map(%ebx), %edi
	mov	%edi, start_info_map(%ebx)
	cmp	$0x2badb002, %ebp
	je	multiboot1
	cmp	$0x36d76289, %ebp
	je	multiboot2

	mov	boot_params_command_line(%esi), %eax
	mov	%eax, start_info_command_line(%ebx)
	mov	boot_params_high_command_line(%esi), %eax
	mov	%eax, start_info_command_line + 4(%ebx)
	mov	boot_params_rsdp(%esi), %eax
	mov	%eax, start_info_rsdp(%ebx)
	mov	boot_params_rsdp + 4(%esi), %eax
	mov	%eax, start_info_rsdp + 4(%ebx)
	mov	boot_params_ramdisk(%esi), %eax
	mov	boot_params_ramdisk_size(%esi), %edx
	call	set_module
	mov	boot_params_high_ramdisk(%esi), %eax
	mov	%eax, block_module + module_address + 4(%ebx)
	movzbl	boot_params_map_count(%esi), %ecx
	add	$boot_params_map, %esi
	jecxz	enter
1:	call	add_range
	loop	1b

enter:	.byte	0xb8				# mov $entry, %eax
xld_boot_loaded_entry: .long 0
	jmp	*%eax

multiboot1:
	.set	has_sizes, 1 << 0
	.set	has_command_line, 1 << 2
	.set	has_modules, 1 << 3
	.set	has_map, 1 << 6
	mov	(%esi), %ebp			# flags
	test	$has_command_line, %ebp
	jz	1f
	mov	16(%esi), %eax
	mov	%eax, start_info_command_line(%ebx)
1:	test	$has_modules, %ebp
	jz	1f
	cmpl	$0, 20(%esi)
	je	1f
	mov	24(%esi), %ecx			# start, end
	mov	(%ecx), %eax
	mov	4(%ecx), %edx
	sub	%eax, %edx
	call	set_module
1:	test	$has_map, %ebp
	jz	sizes
	mov	44(%esi), %ebp
	mov	48(%esi), %esi
	add	%esi, %ebp			# end of the map
1:	cmp	%ebp, %esi
	jae	enter
	lodsl					# size of what follows
	add	%esi, %eax
	push	%eax
	call	add_range
	pop	%esi
	jmp	1b

# No map: two sizes in KiB, of memory from 0 and from 1 MiB.
sizes:	test	$has_sizes, %ebp
	jz	enter
	mov	4(%esi), %eax
	shl	$10, %eax
	mov	%eax, 8(%edi)
	movl	$1, map_entry_type(%edi)
	mov	8(%esi), %eax
	shl	$10, %eax
	movl	$0x100000, map_entry_size(%edi)
	mov	%eax, map_entry_size + 8(%edi)
	movl	$1, map_entry_size + map_entry_type(%edi)
	movl	$2, start_info_map_count(%ebx)
	jmp	enter

# Tags of type, size and contents, each at a multiple of 8.
multiboot2:
	mov	(%esi), %ebp
	add	%esi, %ebp			# end of the information
	add	$8, %esi
next_tag:
	cmp	%ebp, %esi
	jae	enter
	mov	(%esi), %eax
	test	%eax, %eax
	jz	enter
	push	%esi
	cmp	$1, %eax
	je	command_line_tag
	cmp	$3, %eax
	je	module_tag
	cmp	$6, %eax
	je	map_tag
	cmp	$14, %eax
	je	rsdp_tag
	cmp	$15, %eax
	je	rsdp_tag
end_of_tag:
	pop	%esi
	mov	4(%esi), %eax
	add	$7, %eax
	and	$~7, %eax
	add	%eax, %esi
	jmp	next_tag

command_line_tag:
	lea	8(%esi), %eax
	mov	%eax, start_info_command_line(%ebx)
	jmp	end_of_tag
rsdp_tag:
	lea	8(%esi), %eax
	mov	%eax, start_info_rsdp(%ebx)
	jmp	end_of_tag
module_tag:
	mov	8(%esi), %eax
	mov	12(%esi), %edx
	sub	%eax, %edx
	call	set_module
	jmp	end_of_tag
map_tag:
	mov	4(%esi), %ecx
	add	%esi, %ecx			# end of the tag
	mov	8(%esi), %edx			# size of an entry
	add	$16, %esi
1:	cmp	%ecx, %esi
	jae	end_of_tag
	push	%esi
	call	add_range
	pop	%esi
	add	%edx, %esi
	jmp	1b

# The first module, EDX bytes at EAX.
set_module:
	test	%edx, %edx
	jz	1f
	cmpl	$0, start_info_module_count(%ebx)
	jne	1f
	mov	%eax, block_module + module_address(%ebx)
	mov	%edx, block_module + module_size(%ebx)
	lea	block_module(%ebx), %eax
	mov	%eax, start_info_modules(%ebx)
	incl	start_info_module_count(%ebx)
1:	ret

# A range of memory, 20 bytes at ESI (address, size, type), to EDI as long as there is room. ESI moves past it.
add_range:
	cmpl	$map_limit, start_info_map_count(%ebx)
	jae	1f
	incl	start_info_map_count(%ebx)
	push	%ecx
	mov	$5, %ecx
	rep movsl
	pop	%ecx
	add	$4, %edi
1:	ret

	.org	xld_boot_loaded + 0x200
# Back to 32-bit mode: through a compatibility segment, then paging and long mode off. The loader maps us to our
# physical address.
xld_boot_loaded_linux64:
	.code64
	cli
	.byte	0xbb				# mov $scratch, %ebx
xld_boot_loaded_scratch64: .long 0
	lea	stack_top(%rbx), %rsp
	enter_compatibility_mode
	end_long_mode 0x7fffffff		# no paging
	jmp	linux32

	.balign	8
table:	flat_descriptors
table_end:
xld_boot_loaded_end:
	.section .note.GNU-stack, "", @progbits
