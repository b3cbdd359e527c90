# One live function, one that --gc-sections drops together with its FDE.
        .section .text._start, "ax"
        .globl  _start
        .type   _start, @function
_start: .cfi_startproc
        call    second
        ret
        .cfi_endproc
        .size   _start, . - _start

        .section .text.dead, "ax"
        .type   dead, @function
dead:   .cfi_startproc
        ret
        .cfi_endproc
        .size   dead, . - dead

        .section .note.GNU-stack, "", @progbits
