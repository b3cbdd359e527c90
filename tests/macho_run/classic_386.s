# A program of the kind linked before dyld had opcodes, i386. make_classic.py places it and defines the addresses.
    .text
.ifdef dynamic
    movl (%esp), %esi
    andl $-16, %esp
    subl $16, %esp
    movl $4321, %gs:0x468
    movl message_pointer, %eax
    movl %eax, (%esp)
    movl %esi, 4(%esp)
    movl %gs:0x468, %eax
    movl %eax, 8(%esp)
    call printf_stub                    # a jump table entry, which the loader fills
    movl $7, (%esp)
    call *exit_pointer
.else
    pushl $message_size
    pushl $message
    pushl $1
    pushl $0                            # where a return address would be
    movl $4, %eax
    int $0x80
    jc 1f
    movl $-1, 4(%esp)
    movl $6, %eax
    int $0x80
    jnc 1f
    subl $2, %eax
    movl %eax, 4(%esp)
    movl $1, %eax
    int $0x80
1:  ud2
.endif
