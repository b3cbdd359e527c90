# The stub of --image=efi: a UEFI application that carries the image as data, puts it to its load address and starts it.
#
# UEFI specification 2.10: 4.3 system table, 7.2 memory, 7.3 protocols, 7.4 ExitBootServices, 4.6 configuration tables;
# calls follow Microsoft's x64 convention. Position independent: firmware loads applications anywhere.
#include "boot.inc"
	.set	system_console, 0x40
	.set	system_boot_services, 0x60
	.set	system_table_count, 0x68
	.set	system_tables, 0x70
	.set	boot_allocate_pages, 0x28
	.set	boot_get_memory_map, 0x38
	.set	boot_handle_protocol, 0x98
	.set	boot_exit, 0xe8
	.set	console_output_string, 0x08
	.set	image_options_size, 0x30
	.set	image_options, 0x38
	.set	allocate_max_address, 1
	.set	allocate_address, 2
	.set	loader_code, 1
	.set	loader_data, 2
	.set	load_error, 0x8000000000000001

	# Two pages below 4 GiB: the block, a stack, the code that leaves 64-bit mode; then the command line.
	.set	low_pages, 2
	.set	low_stack, 0xe00
	.set	low_trampoline, 0xe00
	.set	low_command_line, 0x1000
	.set	command_line_limit, 0xfff
	.set	map_pages, 16			# the firmware's memory map

	# Locals, below RBP.
	.set	local_address, -0x50
	.set	local_map_size, -0x58
	.set	local_map_key, -0x60
	.set	local_descriptor_size, -0x68
	.set	local_descriptor_version, -0x70
	.set	local_protocol, -0x78
	.set	local_tries, -0x80
	.set	frame_size, 0xb8		# locals, and the callee's 0x28 bytes: keeps RSP aligned

	.section .rodata
	.globl	xld_boot_efi, xld_boot_efi_end
	.globl	xld_boot_efi_payload, xld_boot_efi_size, xld_boot_efi_memory_size, xld_boot_efi_address, xld_boot_efi_entry
	.code64
xld_boot_efi:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%rsi
	push	%rdi
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$frame_size, %rsp
	cld
	mov	%rcx, %r12			# this image
	mov	%rdx, %r13			# system table
	mov	system_boot_services(%rdx), %r14

	# Keep others away from where the image goes. If some of it is taken, it may be free once the firmware is gone.
	mov	xld_boot_efi_address(%rip), %rax
	mov	%rax, local_address(%rbp)
	mov	$allocate_address, %ecx
	mov	$loader_data, %edx
	mov	xld_boot_efi_memory_size(%rip), %r8
	add	$0xfff, %r8
	shr	$12, %r8
	call	allocate

	movl	$0xffffffff, %eax
	mov	%rax, local_address(%rbp)
	mov	$allocate_max_address, %ecx
	mov	$loader_code, %edx
	mov	$low_pages, %r8d
	call	allocate
	test	%rax, %rax
	js	failed
	mov	local_address(%rbp), %r15

	movl	$0xffffffff, %eax
	mov	%rax, local_address(%rbp)
	mov	$allocate_max_address, %ecx
	mov	$loader_data, %edx
	mov	$map_pages, %r8d
	call	allocate
	test	%rax, %rax
	js	failed
	mov	local_address(%rbp), %rbx

	call	clear_block
	call	take_command_line
	movl	$8, local_tries(%rbp)

	# The map's key is good for one attempt: what happens in between may change the map.
try_exit:
	decl	local_tries(%rbp)
	js	failed
	movq	$(map_pages * 0x1000), local_map_size(%rbp)
	lea	local_map_size(%rbp), %rcx
	mov	%rbx, %rdx
	lea	local_map_key(%rbp), %r8
	lea	local_descriptor_size(%rbp), %r9
	lea	local_descriptor_version(%rbp), %rax
	mov	%rax, 0x20(%rsp)
	call	*boot_get_memory_map(%r14)
	test	%rax, %rax
	js	failed
	call	translate_map
	cmp	xld_boot_efi_memory_size(%rip), %rax
	jb	no_room
	mov	%r12, %rcx
	mov	local_map_key(%rbp), %rdx
	call	*boot_exit(%r14)
	test	%rax, %rax
	js	try_exit

	cli
	call	find_rsdp
	lea	xld_boot_efi(%rip), %rsi
	add	xld_boot_efi_payload(%rip), %rsi
	mov	xld_boot_efi_address(%rip), %rdi
	mov	xld_boot_efi_size(%rip), %rcx
	cmp	%rdi, %rsi
	jae	1f
	lea	-1(%rsi,%rcx), %rsi		# upwards in memory: from the end, in case they overlap
	lea	-1(%rdi,%rcx), %rdi
	std
1:	rep movsb
	cld
	lea	trampoline(%rip), %rsi
	lea	low_trampoline(%r15), %rdi
	mov	$(trampoline_end - trampoline), %ecx
	rep movsb
	mov	xld_boot_efi_entry(%rip), %edx
	mov	%r15d, %ebx
	lea	low_stack(%r15), %rsp
	lea	low_trampoline(%r15), %rax
	jmp	*%rax

no_room:
	lea	no_room_text(%rip), %rdx
	jmp	complain
failed:
	lea	failed_text(%rip), %rdx
complain:
	mov	system_console(%r13), %rcx
	call	*console_output_string(%rcx)
	movabs	$load_error, %rax
	lea	-0x38(%rbp), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rdi
	pop	%rsi
	pop	%rbx
	pop	%rbp
	ret

# AllocatePages(ECX, EDX, R8, local_address). The callee's 32 bytes are below our return address.
allocate:
	lea	local_address(%rbp), %r9
	sub	$0x28, %rsp
	call	*boot_allocate_pages(%r14)
	add	$0x28, %rsp
	ret

clear_block:
	mov	%r15, %rdi
	mov	$(block_size / 4), %ecx
	xor	%eax, %eax
	rep stosl
	movl	$start_info_magic, (%r15)
	movl	$1, start_info_version(%r15)
	lea	block_map(%r15), %rax
	mov	%rax, start_info_map(%r15)
	ret

# The load options as text, if they are text of 16-bit characters.
take_command_line:
	sub	$0x28, %rsp
	mov	%r12, %rcx
	lea	loaded_image_guid(%rip), %rdx
	lea	local_protocol(%rbp), %r8
	call	*boot_handle_protocol(%r14)
	add	$0x28, %rsp
	test	%rax, %rax
	js	3f
	mov	local_protocol(%rbp), %rax
	mov	image_options_size(%rax), %ecx
	mov	image_options(%rax), %rsi
	shr	$1, %ecx
	jz	3f
	cmp	$command_line_limit, %ecx
	jbe	1f
	mov	$command_line_limit, %ecx
1:	lea	low_command_line(%r15), %rdi
	mov	%rdi, start_info_command_line(%r15)
2:	lodsw
	stosb
	loop	2b
	movb	$0, (%rdi)
3:	ret

# Fills the block's map from the firmware's (UEFI 7.2.3: type, physical start at 8, pages at 0x18), joining neighbours.
# Returns in RAX how many bytes of the place the image goes to are memory.
translate_map:
	xor	%r8d, %r8d			# that number
	movl	$0, start_info_map_count(%r15)
	lea	block_map - map_entry_size(%r15), %rdi	# the entry made last
	mov	%rbx, %rsi
	mov	local_map_size(%rbp), %r9
	add	%rsi, %r9
1:	cmp	%r9, %rsi
	jae	9f
	mov	(%rsi), %eax
	mov	$2, %ecx			# reserved, unless the table says otherwise
	cmp	$(map_types_end - map_types), %eax
	jae	2f
	lea	map_types(%rip), %rcx
	movzbl	(%rcx,%rax), %ecx
2:	mov	8(%rsi), %rax			# start
	mov	0x18(%rsi), %rdx
	shl	$12, %rdx
	add	%rax, %rdx			# end
	add	local_descriptor_size(%rbp), %rsi
	cmp	$1, %ecx
	jne	4f
	# The part that is in the image's place: from max(start, address) to min(end, address + size).
	mov	xld_boot_efi_address(%rip), %r10
	mov	%r10, %r11
	add	xld_boot_efi_memory_size(%rip), %r11
	cmp	%rax, %r10
	cmovb	%rax, %r10
	cmp	%rdx, %r11
	cmova	%rdx, %r11
	sub	%r10, %r11
	jbe	4f
	add	%r11, %r8
4:	sub	%rax, %rdx			# size
	cmpl	$0, start_info_map_count(%r15)
	je	5f
	cmp	map_entry_type(%rdi), %ecx
	jne	5f
	mov	(%rdi), %r10
	add	8(%rdi), %r10
	cmp	%r10, %rax
	jne	5f
	add	%rdx, 8(%rdi)
	jmp	1b
5:	cmpl	$map_limit, start_info_map_count(%r15)
	jae	1b
	incl	start_info_map_count(%r15)
	add	$map_entry_size, %rdi
	mov	%rax, (%rdi)
	mov	%rdx, 8(%rdi)
	mov	%ecx, map_entry_type(%rdi)
	movl	$0, map_entry_reserved(%rdi)
	jmp	1b
9:	mov	%r8, %rax
	ret

# ACPI 2.0's root pointer among the configuration tables: GUID and address, 24 bytes each.
find_rsdp:
	mov	system_table_count(%r13), %rcx
	mov	system_tables(%r13), %rdx
	mov	acpi_guid(%rip), %rax
	mov	acpi_guid + 8(%rip), %r8
1:	sub	$1, %rcx
	jb	3f
	cmp	%rax, (%rdx)
	jne	2f
	cmp	%r8, 8(%rdx)
	je	4f
2:	add	$24, %rdx
	jmp	1b
4:	mov	16(%rdx), %rax
	mov	%rax, start_info_rsdp(%r15)
3:	ret

# Copied below 4 GiB. EBX: the block, EDX: the program's entry.
trampoline:
	enter_compatibility_mode
	mov	%edx, %esi
	end_long_mode 0x7ffeffff		# no paging, no write protection
	jmp	*%esi
	.balign	8
table:	flat_descriptors
table_end:
trampoline_end:

# Types of memory that are free when the firmware is gone (loader and boot services code and data, conventional), and
# ACPI's two, as E820 has them.
map_types:
	.byte	2, 1, 1, 1, 1, 2, 2, 1, 5, 3, 4
map_types_end:
	.balign	8
acpi_guid:
	.quad	0x11d3e4f18868e871, 0x81883cc7800022bc
loaded_image_guid:
	.quad	0x11d295625b1b31a1, 0x3b7269c9a0003f8e
xld_boot_efi_payload: .quad 0			# from the start of this code
xld_boot_efi_size: .quad 0
xld_boot_efi_memory_size: .quad 0
xld_boot_efi_address: .quad 0
xld_boot_efi_entry: .quad 0
no_room_text:
	.ascii	"x\0l\0d\0:\0 \0t\0h\0e\0 \0m\0e\0m\0o\0r\0y\0 \0a\0t\0 \0t\0h\0e\0 \0i\0m\0a\0g\0e\0'\0s\0 \0l\0o\0a\0d\0 \0a\0d\0d\0r\0e\0s\0s\0 \0i\0s\0 \0t\0a\0k\0e\0n\0\r\0\n\0\0\0"
failed_text:
	.ascii	"x\0l\0d\0:\0 \0t\0h\0e\0 \0f\0i\0r\0m\0w\0a\0r\0e\0 \0g\0i\0v\0e\0s\0 \0n\0o\0 \0m\0e\0m\0o\0r\0y\0\r\0\n\0\0\0"
xld_boot_efi_end:
	.section .note.GNU-stack, "", @progbits
