// x86-64: entries that images call, and calls into images. See machine.h. Both sides use the System V convention.

    .text

// [rsp] address in the image, [rsp+8] offset of the lazy opcodes, [rsp+16] the caller: all argument registers live.
    .globl macho_stub_binder
    .type macho_stub_binder, @function
macho_stub_binder:
    pushq %rbp
    movq %rsp, %rbp
    andq $-16, %rsp
    subq $192, %rsp
    movq %rdi, (%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    movq %rax, 48(%rsp)
    movq %r10, 56(%rsp)
    movaps %xmm0, 64(%rsp)
    movaps %xmm1, 80(%rsp)
    movaps %xmm2, 96(%rsp)
    movaps %xmm3, 112(%rsp)
    movaps %xmm4, 128(%rsp)
    movaps %xmm5, 144(%rsp)
    movaps %xmm6, 160(%rsp)
    movaps %xmm7, 176(%rsp)
    movq 8(%rbp), %rdi
    movq 16(%rbp), %rsi
    call macho_bind_lazily@PLT
    movq %rax, %r11
    movq (%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    movq 48(%rsp), %rax
    movq 56(%rsp), %r10
    movaps 64(%rsp), %xmm0
    movaps 80(%rsp), %xmm1
    movaps 96(%rsp), %xmm2
    movaps 112(%rsp), %xmm3
    movaps 128(%rsp), %xmm4
    movaps 144(%rsp), %xmm5
    movaps 160(%rsp), %xmm6
    movaps 176(%rsp), %xmm7
    movq %rbp, %rsp
    popq %rbp
    addq $16, %rsp
    jmpq *%r11

// rdi: the descriptor; rax: the address. All other registers are kept.
    .globl macho_tlv_thunk
    .type macho_tlv_thunk, @function
macho_tlv_thunk:
    pushq %rbp
    movq %rsp, %rbp
    andq $-64, %rsp
    subq $640, %rsp
    movq %rdi, 512(%rsp)
    movq %rsi, 520(%rsp)
    movq %rdx, 528(%rsp)
    movq %rcx, 536(%rsp)
    movq %r8, 544(%rsp)
    movq %r9, 552(%rsp)
    movq %r10, 560(%rsp)
    movq %r11, 568(%rsp)
    fxsave64 (%rsp)
    call macho_tlv_address@PLT
    fxrstor64 (%rsp)
    movq 512(%rsp), %rdi
    movq 520(%rsp), %rsi
    movq 528(%rsp), %rdx
    movq 536(%rsp), %rcx
    movq 544(%rsp), %r8
    movq 552(%rsp), %r9
    movq 560(%rsp), %r10
    movq 568(%rsp), %r11
    movq %rbp, %rsp
    popq %rbp
    retq

// rax: the name.
    .globl macho_missing_entry
macho_missing_entry:
    andq $-16, %rsp
    movq %rax, %rdi
    call macho_report_missing@PLT

// (function, a, b, c, d, e)
    .globl macho_call
    .type macho_call, @function
macho_call:
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %rcx
    movq %r9, %r8
    jmpq *%rax

// (entry, stack)
    .globl macho_enter
macho_enter:
    movq %rsi, %rsp
    movq %rdi, %r11
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    jmpq *%r11

// Darwin's jmp_buf is smaller than glibc's: 148 bytes here. Registers only, no signal mask.
    .globl macho_setjmp
macho_setjmp:
    movq (%rsp), %rax
    leaq 8(%rsp), %rdx
    movq %rbx, (%rdi)
    movq %rbp, 8(%rdi)
    movq %r12, 16(%rdi)
    movq %r13, 24(%rdi)
    movq %r14, 32(%rdi)
    movq %r15, 40(%rdi)
    movq %rdx, 48(%rdi)
    movq %rax, 56(%rdi)
    xorl %eax, %eax
    retq

    .globl macho_longjmp
macho_longjmp:
    movl %esi, %eax
    testl %eax, %eax
    jnz 1f
    incl %eax
1:  movq (%rdi), %rbx
    movq 8(%rdi), %rbp
    movq 16(%rdi), %r12
    movq 24(%rdi), %r13
    movq 32(%rdi), %r14
    movq 40(%rdi), %r15
    movq 48(%rdi), %rsp
    jmpq *56(%rdi)

    .section .note.GNU-stack, "", @progbits
