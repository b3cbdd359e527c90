// A loader of the Linux 64-bit protocol: started by PVH, it maps 1 GiB to itself, enters long mode, writes boot_params
// and goes to xrt_start64 with RSI at them, as Firecracker does.
        .section .text.test_loader, "ax", @progbits
        .code32
        .globl test_loader
test_loader:
        movl $tables + 0x1003, tables
        movl $tables + 0x2003, tables + 0x1000
        movl $0x83, %eax
        movl $tables + 0x2000, %edi
1:      movl %eax, (%edi)
        addl $8, %edi
        addl $0x200000, %eax
        cmpl $0x40000000, %eax
        jb 1b
        movl $0x20, %eax
        movl %eax, %cr4
        movl $tables, %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax
        wrmsr
        movl $0x80000001, %eax
        movl %eax, %cr0
        lgdt gdt_pointer
        ljmp $8, $1f
        .code64
1:      movl $0x10, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        movl $0x90000, %esi             // boot_params, in memory outside the image

        movl %esi, %edi
        movl $512, %ecx
        xorl %eax, %eax
        rep stosq
        movl 48(%ebx), %ecx             // the memory map, with entries of 20 bytes
        movb %cl, 0x1e8(%rsi)
        movl 40(%ebx), %edx
        leaq 0x2d0(%rsi), %rdi
1:      movq (%rdx), %rax
        movq %rax, (%rdi)
        movq 8(%rdx), %rax
        movq %rax, 8(%rdi)
        movl 16(%rdx), %eax
        movl %eax, 16(%rdi)
        addq $24, %rdx
        addq $20, %rdi
        decl %ecx
        jnz 1b
        movl 24(%ebx), %eax
        movl %eax, 0x228(%rsi)
        movq 32(%rbx), %rax
        movq %rax, 0x70(%rsi)
        movl 16(%ebx), %edx             // the first module
        movl (%rdx), %eax
        movl %eax, 0x218(%rsi)
        movl 8(%rdx), %eax
        movl %eax, 0x21c(%rsi)
        movq $-1, %rbx
        jmp xrt_start64

        .section .data.test_loader, "aw", @progbits
        .balign 8
gdt:    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
        .set gdt_size, . - gdt
gdt_pointer:
        .word gdt_size - 1
        .long gdt
        .balign 4096
tables: .fill 3 * 4096                  // not .bss: that is zeroed only later
        .section .note.GNU-stack, "", @progbits
