# A program of the kind linked before dyld had opcodes, x86-64. make_classic.py places it and defines the addresses.
    .text
.ifdef dynamic
    movq (%rsp), %r12                   # argc: LC_UNIXTHREAD starts with it on the stack
    andq $-16, %rsp
    movq $4321, %gs:0x8a0
    movq message_pointer(%rip), %rdi    # rebased by a local relocation
    movl %r12d, %esi
    movq %gs:0x8a0, %rdx
    xorl %eax, %eax
    callq *printf_pointer(%rip)         # bound through the indirect symbol table
    movl $7, %edi
    callq *exit_pointer(%rip)           # bound by an external relocation
.else
    movl $0x2000004, %eax               # write(1, message, size)
    movl $1, %edi
    leaq message(%rip), %rsi
    movl $message_size, %edx
    syscall
    jc 1f
    movl $0x2000006, %eax               # close(-1): an error, which sets the carry flag
    movl $-1, %edi
    syscall
    jnc 1f
    leal -2(%rax), %edi                 # EBADF is 9
    movl $0x2000001, %eax
    syscall
1:  ud2
.endif
