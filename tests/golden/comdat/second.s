# Its `grouped` answers 2 and is dropped with its group.
        .text
        .globl  second
second: jmp     grouped

        .section .text.grouped, "axG", @progbits, grouped, comdat
        .weak   grouped
        .type   grouped, @function
grouped:
        mov     $2, %eax
        ret
        .size   grouped, . - grouped

        .section .note.GNU-stack, "", @progbits
