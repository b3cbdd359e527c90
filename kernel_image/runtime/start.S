// The way in: from 32-bit protected mode to C++ in 64-bit mode.
//
// xrt_start32 is the PVH entry: flat segments, paging and interrupts off, EBX -> hvm_start_info, no stack. What loaders of
// other protocols enter is xld's (kernel_image/boot), and comes here in the end.
//
// All of this runs at physical addresses and finds its data relative to itself, so the virtual addresses of the image
// may be anywhere. Specifications: xen/include/public/arch-x86/hvm/start_info.h, Intel SDM volume 3,
// 10.8.5 (switching to IA-32e mode).

#define START_INFO_SIZE 56        // its last word is reserved: a stack of one word for the first steps
#define START_INFO_MAGIC 0x336ec578

#define COM1 0x3f8
#define DEBUG_EXIT_PORT 0x501
#define DEBUG_EXIT_NO_LONG_MODE 0x24   // keep in step with xrt.h

#define EFER 0xc0000080
#define EFER_LME 0x100
#define EFER_NXE 0x800
#define CR0_PE 0x1
#define CR0_MP 0x2
#define CR0_NE 0x20
#define CR0_WP 0x10000
#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define EFLAGS_ID 0x200000
#define PAGE_TABLE 0x3                 // present, writable
#define LARGE_PAGE 0x83                // present, writable, 2 MiB
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

        .hidden __ehdr_start, xrt_gdt, xrt_build_address_space, xrt_run, xrt_boot_tables, xrt_boot_stack_top
        .hidden xrt_kernel_pml4

        .section .text.xrt_start, "ax", @progbits
        .code32
        .globl xrt_start32
        .type xrt_start32, @function
xrt_start32:
        cli
        cld
        leal START_INFO_SIZE(%ebx), %esp
        call 1f
here:
1:      popl %ebp
#define AT(symbol) (symbol - here)(%ebp)

// Is this a CPU with CPUID and long mode?
        pushfl
        popl %eax
        movl %eax, %ecx
        xorl $EFLAGS_ID, %eax
        pushl %eax
        popfl
        pushfl
        popl %eax
        xorl %ecx, %eax
        testl $EFLAGS_ID, %eax
        jz no_long_mode
        movl %ebx, %esi
        movl $0x80000000, %eax
        cpuid
        cmpl $0x80000001, %eax
        jb no_long_mode
        movl $0x80000001, %eax
        cpuid
        movl %esi, %ebx
        btl $29, %edx
        jnc no_long_mode
        // NX, if there is any: the bit goes from EDX into the mask for EFER that stays in the stack's one word.
        andl $(1 << 20), %edx
        shrl $(20 - 11), %edx
        orl $EFER_LME, %edx
        pushl %edx

// .bss is zeroed here, as not every loader honours p_memsz. The program headers say where.
        leal AT(__ehdr_start), %esi
        movl 32(%esi), %edx             // e_phoff
        addl %esi, %edx
        movzwl 56(%esi), %esi           // e_phnum
next_segment:
        cmpl $1, (%edx)                 // PT_LOAD
        jne 2f
        movl 24(%edx), %edi             // p_paddr + p_filesz
        addl 32(%edx), %edi
        movl 40(%edx), %ecx             // p_memsz - p_filesz
        subl 32(%edx), %ecx
        xorl %eax, %eax
1:      testl $3, %ecx
        jz 1f
        stosb
        decl %ecx
        jmp 1b
1:      shrl $2, %ecx
        rep stosl
2:      addl $56, %edx
        decl %esi
        jnz next_segment

// The first 4 GiB map to themselves, in pages of 2 MiB: one PML4, one PDPT, four page directories.
        leal AT(xrt_boot_tables), %edi
        leal (0x1000 + PAGE_TABLE)(%edi), %eax
        movl %eax, (%edi)
        leal (0x2000 + PAGE_TABLE)(%edi), %eax
        movl $4, %ecx
        leal 0x1000(%edi), %edx
1:      movl %eax, (%edx)
        addl $0x1000, %eax
        addl $8, %edx
        decl %ecx
        jnz 1b
        movl $LARGE_PAGE, %eax
        leal 0x2000(%edi), %edx
1:      movl %eax, (%edx)
        addl $8, %edx
        addl $0x200000, %eax
        jnc 1b

        movl $CR4_PAE, %eax
        movl %eax, %cr4
        movl %edi, %cr3
        movl $EFER, %ecx
        rdmsr
        orl (%esp), %eax
        wrmsr
        movl $(CR0_PG | CR0_WP | CR0_NE | CR0_MP | CR0_PE), %eax
        movl %eax, %cr0

// Compatibility mode now; a far return through our own table makes it 64-bit mode.
        leal AT(xrt_boot_stack_top), %esp
        leal AT(xrt_gdt), %eax
        pushl %eax
        pushl $((3 * 8 - 1) << 16)
        lgdt 2(%esp)
        pushl $CODE_SELECTOR
        leal AT(in_long_mode), %eax
        pushl %eax
        lretl

no_long_mode:
        leal AT(no_long_mode_text), %esi
1:      movw $(COM1 + 5), %dx           // line status: bit 5 says that a byte may be written
        inb %dx, %al
        testb $0x20, %al
        jz 1b
        lodsb
        testb %al, %al
        jz 1f
        movw $COM1, %dx
        outb %al, %dx
        jmp 1b
1:      leal AT(no_long_mode_text), %esi
        movl $0xb8000, %edi
        movb $0x07, %ah                 // grey on black
1:      lodsb
        stosw
        cmpb $0, (%esi)
        jne 1b
        movw $DEBUG_EXIT_PORT, %dx
        movl $DEBUG_EXIT_NO_LONG_MODE, %eax
        outl %eax, %dx
1:      cli
        hlt
        jmp 1b
        .size xrt_start32, . - xrt_start32
no_long_mode_text:
        .asciz "xrt: this CPU has no 64-bit mode, which the kernel needs\r\n"

        .code64
        .type in_long_mode, @function
in_long_mode:
        movl $DATA_SELECTOR, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        xorl %eax, %eax
        movl %eax, %fs
        movl %eax, %gs
        leaq xrt_boot_stack_top(%rip), %rsp
        xorl %ebp, %ebp
        movl %ebx, %edi
        call xrt_build_address_space
        leaq xrt_kernel_pml4(%rip), %rax
        // Here is mapped where it is linked, which need not be where it runs: both must be there for one jump.
        movabsq $at_home, %rdx
        .globl xrt_change_tables
        .hidden xrt_change_tables
xrt_change_tables:
        movq %rax, %cr3
        jmpq *%rdx
at_home:
        movabsq $xrt_boot_stack_top, %rsp
        call xrt_run
        ud2
        .size in_long_mode, . - in_long_mode

        .section .bss.xrt_boot, "aw", @nobits
        .balign 4096
        .globl xrt_boot_tables
xrt_boot_tables:
        .fill 6 * 4096
        .globl xrt_kernel_pml4
xrt_kernel_pml4:
        .fill 4096
xrt_boot_stack:
        .fill 4096
xrt_boot_stack_top:
        .section .note.GNU-stack, "", @progbits
