# Start-up code applies the relocations as the C library's does, then calls through the stub and by address.
        .text
        .globl  _start
_start: lea     __rela_iplt_start(%rip), %rbx
        lea     __rela_iplt_end(%rip), %rbp
1:      cmp     %rbp, %rbx
        jae     2f
        call    *16(%rbx)
        mov     (%rbx), %rcx
        mov     %rax, (%rcx)
        add     $24, %rbx
        jmp     1b
2:      call    indirect
        mov     %eax, %ebx
        mov     pointer(%rip), %rax
        call    *%rax
        lea     (%rax,%rbx), %edi
        mov     $60, %eax
        syscall

        .type   target, @function
target: mov     $3, %eax
        incl    calls(%rip)
        add     calls(%rip), %eax
        dec     %eax
        ret
        .size   target, . - target

        .type   resolver, @function
resolver:
        lea     target(%rip), %rax
        ret
        .size   resolver, . - resolver
        .globl  indirect
        .type   indirect, @gnu_indirect_function
        .set    indirect, resolver

        .data
pointer: .quad  indirect
        .bss
calls:  .skip   4

        .section .note.GNU-stack, "", @progbits
