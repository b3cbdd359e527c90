// Notes the time stamp counter, which counts instructions under icount, and starts the kernel.
        .section .text.stamped_start, "ax", @progbits
        .code32
        .globl stamped_start
stamped_start:
        rdtsc
        movl %eax, entry_stamp
        movl %edx, entry_stamp + 4
        jmp xrt_start32
        .section .data.entry_stamp, "aw", @progbits
        .balign 8
        .globl entry_stamp
entry_stamp: .quad 0
        .section .note.GNU-stack, "", @progbits
