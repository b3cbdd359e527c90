// The way in for loaders of the Linux 64-bit protocol: long mode, memory mapped to itself, RSI -> boot_params.
//
// The page of boot_params becomes a hvm_start_info in place: its memory map has entries of 20 bytes, which grow to 24
// from the last to the first, and the rest goes behind them. Then this leaves long mode for xrt_start32, as a kernel has
// one entry. Specification: Documentation/arch/x86/boot.rst and zero-page.rst of Linux.

#define ACPI_ROOT 0x070
#define HIGH_RAMDISK 0x0c0
#define HIGH_COMMAND_LINE 0x0c8
#define MAP_COUNT 0x1e8
#define RAMDISK 0x218
#define RAMDISK_SIZE 0x21c
#define COMMAND_LINE 0x228
#define MAP 0x2d0
#define MAP_LIMIT 128

#define START_INFO 0xf80               // behind 128 grown entries
#define MODULE (START_INFO + 0x40)
#define STACK_TOP 0x1000

#define START_INFO_MAGIC 0x336ec578
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

        .section .text.xrt_start64, "ax", @progbits
        .code64
        .globl xrt_start64
        .type xrt_start64, @function
xrt_start64:
        cli
        cld
        movl %esi, %ebx
        leaq STACK_TOP(%rbx), %rsp

        movzbl MAP_COUNT(%rbx), %ecx
        cmpl $MAP_LIMIT, %ecx
        jbe 1f
        movl $MAP_LIMIT, %ecx
1:      movl %ecx, %r12d
        jmp 2f
next_entry:
        decl %ecx
        imull $20, %ecx, %eax
        imull $24, %ecx, %edx
        movq MAP(%rbx, %rax), %r8
        movq MAP + 8(%rbx, %rax), %r9
        movl MAP + 16(%rbx, %rax), %r10d
        movq %r8, MAP(%rbx, %rdx)
        movq %r9, MAP + 8(%rbx, %rdx)
        movq %r10, MAP + 16(%rbx, %rdx)
2:      testl %ecx, %ecx
        jnz next_entry

        leaq START_INFO(%rbx), %rdi
        movl $START_INFO_MAGIC, (%rdi)
        movl $1, 4(%rdi)                // version
        movl $0, 8(%rdi)                // flags
        movl $0, 12(%rdi)               // modules: the initial RAM disk, if there is one
        movl RAMDISK(%rbx), %eax
        movl HIGH_RAMDISK(%rbx), %edx
        shlq $32, %rdx
        orq %rdx, %rax
        movl RAMDISK_SIZE(%rbx), %edx
        testl %edx, %edx
        jz 1f
        movl $1, 12(%rdi)
1:      movq %rax, MODULE(%rbx)
        movq %rdx, MODULE + 8(%rbx)
        movq $0, MODULE + 16(%rbx)
        movq $0, MODULE + 24(%rbx)
        leaq MODULE(%rbx), %rax
        movq %rax, 16(%rdi)
        movl COMMAND_LINE(%rbx), %eax
        movl HIGH_COMMAND_LINE(%rbx), %edx
        shlq $32, %rdx
        orq %rdx, %rax
        movq %rax, 24(%rdi)
        movq ACPI_ROOT(%rbx), %rax
        movq %rax, 32(%rdi)
        leaq MAP(%rbx), %rax
        movq %rax, 40(%rdi)
        movl %r12d, 48(%rdi)
        movl $0, 52(%rdi)

// Down to 32 bits: by a code segment that is not a 64-bit one, then without paging.
        leaq flat_segments(%rip), %rax
        pushq %rax
        pushw $(flat_segments_end - flat_segments - 1)
        lgdt (%rsp)
        leaq STACK_TOP(%rbx), %rsp
        movl %edi, %ebx
        pushq $CODE_SELECTOR
        leaq in_compatibility_mode(%rip), %rax
        pushq %rax
        lretq
        .code32
in_compatibility_mode:
        movl $DATA_SELECTOR, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        movl %eax, %fs
        movl %eax, %gs
        movl %cr0, %eax
        andl $0x7fffffff, %eax
        movl %eax, %cr0
        jmp xrt_start32
        .size xrt_start64, . - xrt_start64
        .balign 8
flat_segments:
        .quad 0
        .quad 0x00cf9b000000ffff        // code: 32-bit, 4 GiB
        .quad 0x00cf93000000ffff        // data: 4 GiB
flat_segments_end:
        .section .note.GNU-stack, "", @progbits
