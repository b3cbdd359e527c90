# The same CIE as the first file's.
        .section .text.second, "ax"
        .globl  second
        .type   second, @function
second: .cfi_startproc
        push    %rbx
        .cfi_def_cfa_offset 16
        pop     %rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
        .size   second, . - second

        .section .note.GNU-stack, "", @progbits
