# Defines `grouped` as 1 and calls the second file, which has its own idea of it.
        .text
        .globl  _start
_start: call    grouped
        mov     %eax, %edi
        call    second
        add     %eax, %edi
        mov     $60, %eax
        syscall

        .section .text.grouped, "axG", @progbits, grouped, comdat
        .weak   grouped
        .type   grouped, @function
grouped:
        mov     $1, %eax
        ret
        .size   grouped, . - grouped

        .section .note.GNU-stack, "", @progbits
