// Damages the start information as the command line says, "none" or "high", and starts the kernel.
        .section .text.damaging_loader, "ax", @progbits
        .code32
        .globl damaging_loader
damaging_loader:
        movl 24(%ebx), %eax
        cmpb $'n', (%eax)
        jne 1f
        movl $0, (%ebx)
1:      cmpb $'h', (%eax)
        jne 1f
        movl $1, 44(%ebx)               // the memory map, 4 GiB higher
1:      jmp xrt_start32
        .section .note.GNU-stack, "", @progbits
