# The real-mode part of --image=bzimage: a boot sector that holds the header of the Linux boot protocol, and the 16-bit
# entry behind it. Linux Documentation/arch/x86/boot.rst.
#
# Loaders that enter in real mode (QEMU, GRUB's linux16) put these sectors anywhere below 1 MiB and jump to offset 0x200
# with a segment 0x20 higher than that of the sectors. Those that enter in 32- or 64-bit mode read the header only; their
# entries are in loaded.S, at the start of the payload.
#include "boot.inc"
	.set	stack, 0x4ff0

	.section .rodata
	.globl	xld_boot_setup, xld_boot_setup_end
	.globl	xld_boot_setup_payload_paragraphs, xld_boot_setup_payload_address, xld_boot_setup_preferred_address
	.globl	xld_boot_setup_memory_size, xld_boot_setup_entry
xld_boot_setup:
	.code16
	# Booted as a disk: it is none.
	ljmp	$0x7c0, $(1f - xld_boot_setup)
1:	hlt
	jmp	1b

	.org	xld_boot_setup + 0x1f1
	.byte	1				# setup_sects, behind this one
	.word	0				# root_flags
xld_boot_setup_payload_paragraphs: .long 0	# syssize
	.word	0, 0, 0				# ram_size, vid_mode, root_dev
	.word	0xaa55
	.org	xld_boot_setup + 0x200
	.byte	0xeb, start - 1f		# jump, past the header
1:	.ascii	"HdrS"
	.word	0x20f				# version of the protocol
	.long	0				# realmode_swtch
	.word	0				# start_sys_seg
	.word	version - xld_boot_setup - 0x200	# kernel_version
type_of_loader: .byte 0
	.byte	1				# loadflags: LOADED_HIGH
	.word	0				# setup_move_size
xld_boot_setup_payload_address: .long 0		# code32_start
ramdisk_image: .long 0
ramdisk_size: .long 0
	.long	0				# bootsect_kludge
	.word	0				# heap_end_ptr
	.word	0				# ext_loader_ver, ext_loader_type
command_line: .long 0				# cmd_line_ptr
	.long	0x7fffffff			# initrd_addr_max
	.long	0x1000				# kernel_alignment
	.byte	0, 12				# relocatable_kernel, min_alignment
	.word	1				# xloadflags: the 64-bit entry is there
	.long	2048				# cmdline_size
	.long	0				# hardware_subarch
	.quad	0				# hardware_subarch_data
	.long	0, 0				# payload_offset, payload_length: nothing is compressed
	.quad	0				# setup_data
xld_boot_setup_preferred_address: .quad 0	# pref_address
xld_boot_setup_memory_size: .long 0		# init_size
	.long	0				# handover_offset
	.org	xld_boot_setup + 0x268

# CS is 0x20 above the sectors' segment. Their fields and tables are reached through FS.
start:	cli
	mov	%cs, %ax
	sub	$0x20, %ax
	mov	%ax, %fs
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$stack, %esp
	enable_a20
	read_memory_map

	mov	%fs:command_line - xld_boot_setup, %eax
	mov	%eax, low_block + start_info_command_line
	mov	%fs:ramdisk_size - xld_boot_setup, %eax
	test	%eax, %eax
	jz	1f
	mov	%eax, low_block + block_module + module_size
	mov	%fs:ramdisk_image - xld_boot_setup, %eax
	mov	%eax, low_block + block_module + module_address
	incw	low_block + start_info_module_count
	movw	$(low_block + block_module), low_block + start_info_modules
1:
	# Linear addresses of what is used in protected mode.
	xor	%eax, %eax
	mov	%fs, %ax
	shl	$4, %eax
	mov	%fs:xld_boot_setup_entry - xld_boot_setup, %ebp
	lea	table - xld_boot_setup(%eax), %edx
	mov	%edx, %fs:descriptor + 2 - xld_boot_setup
	lgdtl	%fs:descriptor - xld_boot_setup
	lea	flat - xld_boot_setup(%eax), %edx
	pushl	$8
	pushl	%edx
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	lretl
	.code32
flat:	load_flat_segments
	mov	$low_block, %ebx
	jmp	*%ebp

	.balign	8
table:	flat_descriptors
descriptor:
	.word	. - table - 1
	.long	0
xld_boot_setup_entry: .long 0
version: .asciz	"made by xld"			# what file(1) and the like print
	.org	xld_boot_setup + 0x400
xld_boot_setup_end:
	.section .note.GNU-stack, "", @progbits
